using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Foreign;

/// <summary>Tells a milter of connections.</summary>
internal sealed class ForeignConnectionFilter(ForeignMilter milter, ConnectionState<ForeignSession> state) : ConnectionFilter
{
    // The host's own plugin: it passes on what the contract does not show.
    public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken) =>
        state.Value.ConnectAsync(milter, (ConnectionFacts)connection, cancellationToken);

    public override ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken) =>
        state.Value.HeloAsync(milter, (ConnectionFacts)connection, cancellationToken);

    public override ValueTask<Verdict> OnUnknownCommandAsync(SmtpConnection connection, string command, CancellationToken cancellationToken) =>
        state.Value.UnknownCommandAsync(milter, (ConnectionFacts)connection, command, cancellationToken);

    public override ValueTask OnConnectionEndedAsync() => state.Value.EndAsync(milter);
}
