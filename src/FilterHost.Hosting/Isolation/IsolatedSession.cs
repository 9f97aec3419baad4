using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Isolation;

/// <summary>One SMTP client's dealings with a worker: a connection, which is opened with the first command that the filter wants to hear of.</summary>
internal sealed class IsolatedSession
{
    private ForeignLink? _link;
    private string? _helo;
    private string? _aside;

    /// <summary>The word that the worker on the connection knows.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The connection, fit for the next message or the next thing outside one.</summary>
    /// <exception cref="IOException">The worker is not there.</exception>
    public async Task<ForeignLink> OpenAsync(IsolatedWorker worker, ConnectionFacts connection, CancellationToken cancel)
    {
        if (_link is { IsFit: true } fit)
            return fit;
        if (_link is null)
            connection.WhenEnded(() => _ = EndAsync());
        else
            await _link.DropAsync().ConfigureAwait(false);
        (_link, _helo, _aside) = (null, null, null);
        Token = worker.Token();
        return _link = await worker.OpenAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Tells the worker of client and HELO, where it has not heard of them.</summary>
    /// <returns>The first answer that is not Continue, else null.</returns>
    public async Task<MilterResponse?> GreetAsync(MilterClient client, ForeignLink link, ConnectionFacts connection, CancellationToken cancel)
    {
        if (!link.IsIntroduced)
        {
            link.IsIntroduced = true;
            ForeignMacros.Give(client, connection, MilterCommand.Connect, MacroStage.Connect);
            var answer = await client.ConnectAsync(connection.ClientName, connection.ClientFamily, (ushort)connection.ClientPort, connection.ClientAddressText, cancel).ConfigureAwait(false);
            if (answer.Kind is not MilterReplyKind.Continue)
                return answer;
        }
        if (connection.Helo is not { } helo || helo == _helo)
            return null;
        _helo = helo;
        ForeignMacros.Give(client, connection, MilterCommand.Helo, MacroStage.Helo);
        var greeting = await client.HeloAsync(helo, cancel).ConfigureAwait(false);
        return greeting.Kind is MilterReplyKind.Continue ? null : greeting;
    }

    /// <summary>Tells the worker what no command carries, where that has changed.</summary>
    public Task TellAsync(MilterClient client, HostAside aside, CancellationToken cancel)
    {
        var command = aside.ToCommand(Token);
        if (command == _aside)
            return Task.CompletedTask;
        _aside = command;
        return client.UnknownCommandAsync(command, cancel);
    }

    // The worker may take its time; nobody waits for it.
    private async Task EndAsync()
    {
        if (_link is not { } link)
            return;
        try
        {
            if (link.IsOpen)
            {
                await link.CallAsync(async client =>
                {
                    await client.QuitAsync(CancellationToken.None).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It is gone.
        }
        await link.DropAsync().ConfigureAwait(false);
    }
}
