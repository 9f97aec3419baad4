using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Isolation;

/// <summary>Tells a worker of connections.</summary>
internal sealed class IsolatedConnectionFilter(IsolatedWorker worker, ConnectionState<IsolatedSession> state) : ConnectionFilter
{
    public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken) =>
        AskAsync((ConnectionFacts)connection, _ => Task.FromResult(MilterResponse.None), cancellationToken);

    public override ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken) =>
        AskAsync((ConnectionFacts)connection, _ => Task.FromResult(MilterResponse.None), cancellationToken);

    public override ValueTask<Verdict> OnUnknownCommandAsync(SmtpConnection connection, string command, CancellationToken cancellationToken) =>
        AskAsync((ConnectionFacts)connection, client =>
        {
            ForeignMacros.Give(client, (ConnectionFacts)connection, MilterCommand.Unknown, null);
            return client.UnknownCommandAsync(command, cancellationToken);
        }, cancellationToken);

    private async ValueTask<Verdict> AskAsync(ConnectionFacts connection, Func<MilterClient, Task<MilterResponse>> ask, CancellationToken cancel)
    {
        var session = state.Value;
        var link = await session.OpenAsync(worker, connection, cancel).ConfigureAwait(false);
        var answer = await link.CallAsync(async client =>
        {
            await session.TellAsync(client, new HostAside { Listener = connection.Listener, IsInternal = connection.IsInternal }, cancel).ConfigureAwait(false);
            return await session.GreetAsync(client, link, connection, cancel).ConfigureAwait(false) ?? await ask(client).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return IsolatedMessageFilter.VerdictOf(answer, session.Token);
    }
}
