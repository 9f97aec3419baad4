using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>
/// One SMTP client's dealings with a milter. Outside messages a milter that is not there answers nothing: the next message opens the connection anew, tells it of client and HELO,
/// and only if that fails too is it a fault.
/// </summary>
internal sealed class ForeignSession
{
    private ForeignLink? _link;
    private bool _isTried;

    // What the milter said of the client or its HELO, which holds for the whole connection: a refusal, or that it is done.
    private Verdict? _standing;

    /// <summary>The connection in the message in hand.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public ForeignLink Link => _link ?? throw new IOException("there is no connection to the milter");

    /// <summary>A client connected.</summary>
    public ValueTask<Verdict> ConnectAsync(ForeignMilter milter, ConnectionFacts connection, CancellationToken cancel) =>
        milter.LeavesOut(MilterSteps.NoConnect) ? Verdict.Continue : OutsideMessageAsync(milter, connection, link => GreetAsync(milter, link, connection, cancel), cancel);

    /// <summary>HELO came, or came again.</summary>
    public ValueTask<Verdict> HeloAsync(ForeignMilter milter, ConnectionFacts connection, CancellationToken cancel)
    {
        if (_link is { } known)
            known.HasHelo = false;
        return milter.LeavesOut(MilterSteps.NoHelo) ? Verdict.Continue : OutsideMessageAsync(milter, connection, link => GreetAsync(milter, link, connection, cancel), cancel);
    }

    /// <summary>A command came that the MTA does not know.</summary>
    public ValueTask<Verdict> UnknownCommandAsync(ForeignMilter milter, ConnectionFacts connection, string command, CancellationToken cancel) =>
        milter.LeavesOut(MilterSteps.NoUnknown) ? Verdict.Continue : OutsideMessageAsync(milter, connection, async link =>
        {
            if (await GreetAsync(milter, link, connection, cancel).ConfigureAwait(false) is { IsFinal: true } refusal)
                return refusal;
            var response = await AskAsync(milter, link, (client, token) =>
            {
                ForeignMacros.Give(client, connection, MilterCommand.Unknown, null);
                return client.UnknownCommandAsync(command, token);
            }, cancel).ConfigureAwait(false);
            return OfConnection(milter, connection, response);
        }, cancel);

    /// <summary>A message begins. The milter is found, or connected to, and told of what came before.</summary>
    /// <returns>What it says of the connection, where it ends the message, else null, and its answer to MAIL.</returns>
    public async ValueTask<(Verdict? Standing, MilterResponse Answer)> MailAsync(ForeignMilter milter, ConnectionFacts connection, Envelope envelope, CancellationToken cancel)
    {
        if (_standing is null)
        {
            // One time for all of it: a milter that is slow to connect has less for its answers.
            var answer = await milter.WithinCommandTimeAsync(token => BeginAsync(milter, connection, envelope, token), cancel).ConfigureAwait(false);
            if (answer is not null)
                return (null, answer);
        }
        return (_standing, MilterResponse.None);
    }

    /// <summary>Asks the milter within the time of a command.</summary>
    public static Task<MilterResponse> AskAsync(ForeignMilter milter, ForeignLink link, Func<MilterClient, CancellationToken, Task<MilterResponse>> ask, CancellationToken cancel) =>
        milter.WithinCommandTimeAsync(token => link.CallAsync(client => ask(client, token)), cancel);

    /// <summary>The message in hand is over, whether the milter had its say or not.</summary>
    public async ValueTask EndMessageAsync(ForeignMilter milter)
    {
        if (_link is not { IsInMessage: true, IsOpen: true } link)
            return;
        await TellAsync(milter, link, static (client, token) => client.AbortAsync(token)).ConfigureAwait(false);
        link.IsInMessage = false;
    }

    /// <summary>The SMTP client has gone.</summary>
    public async ValueTask EndAsync(ForeignMilter milter)
    {
        if (_link is not { } link)
            return;
        if (link.IsOpen)
            await TellAsync(milter, link, static (client, token) => client.QuitAsync(token)).ConfigureAwait(false);
        await link.DropAsync().ConfigureAwait(false);
    }

    // What has no reply. A milter that does not even take it is not waited for.
    private static async Task TellAsync(ForeignMilter milter, ForeignLink link, Func<MilterClient, CancellationToken, Task> tell)
    {
        try
        {
            await AskAsync(milter, link, async (client, token) =>
            {
                await tell(client, token).ConfigureAwait(false);
                return MilterResponse.None;
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (ForeignMilter.IsItsFault(exception))
        {
            milter.LogUnfinished(exception);
        }
    }

    private async ValueTask<Verdict> OutsideMessageAsync(ForeignMilter milter, ConnectionFacts connection, Func<ForeignLink, Task<Verdict>> ask, CancellationToken cancel)
    {
        if (_standing is not null)
            return _standing;
        try
        {
            // One try: a milter that is away is not asked for again before there is a message.
            if (!_isTried)
                await OpenAsync(milter, cancel).ConfigureAwait(false);
            return _link is { IsOpen: true } link ? await ask(link).ConfigureAwait(false) : Verdict.Continue;
        }
        catch (Exception exception) when (ForeignMilter.IsItsFault(exception))
        {
            milter.LogLost(connection, exception);
            return Verdict.Continue;
        }
    }

    private async Task<MilterResponse?> BeginAsync(ForeignMilter milter, ConnectionFacts connection, Envelope envelope, CancellationToken cancel)
    {
        var link = _link is { IsFit: true } fit ? fit : await OpenAsync(milter, cancel).ConfigureAwait(false);
        await GreetAsync(milter, link, connection, cancel).ConfigureAwait(false);
        if (_standing is not null)
            return null;
        link.IsInMessage = true;
        return await link.CallAsync(client =>
        {
            ForeignMacros.Give(client, connection, MilterCommand.Mail, MacroStage.Mail);
            return client.MailAsync(envelope.ReversePath.ToString(), envelope.Parameters, cancel);
        }).ConfigureAwait(false);
    }

    private async Task<ForeignLink> OpenAsync(ForeignMilter milter, CancellationToken cancel)
    {
        _isTried = true;
        if (_link is not null)
            await _link.DropAsync().ConfigureAwait(false);
        _link = null;
        return _link = await milter.WithinCommandTimeAsync(milter.OpenAsync, cancel).ConfigureAwait(false);
    }

    // Tells the milter of client and HELO, each once.
    private async Task<Verdict> GreetAsync(ForeignMilter milter, ForeignLink link, ConnectionFacts connection, CancellationToken cancel)
    {
        if (!link.IsIntroduced)
        {
            link.IsIntroduced = true;
            Keep(OfConnection(milter, connection, await AskAsync(milter, link, (client, token) =>
            {
                ForeignMacros.Give(client, connection, MilterCommand.Connect, MacroStage.Connect);
                return client.ConnectAsync(connection.ClientName, connection.ClientFamily, (ushort)connection.ClientPort, connection.ClientAddressText, token);
            }, cancel).ConfigureAwait(false)));
        }
        if (_standing is null && !link.HasHelo && connection.Helo is { } helo)
        {
            link.HasHelo = true;
            Keep(OfConnection(milter, connection, await AskAsync(milter, link, (client, token) =>
            {
                ForeignMacros.Give(client, connection, MilterCommand.Helo, MacroStage.Helo);
                return client.HeloAsync(helo, token);
            }, cancel).ConfigureAwait(false)));
        }
        return _standing ?? Verdict.Continue;
    }

    private void Keep(Verdict verdict) => _standing = verdict.Kind is VerdictKind.Continue ? null : verdict;

    // A connection cannot be discarded; Postfix ignores it too.
    private static Verdict OfConnection(ForeignMilter milter, ConnectionFacts connection, MilterResponse response)
    {
        if (response.Kind is not MilterReplyKind.Discard)
            return ForeignReply.VerdictOf(response);
        milter.LogDiscard(connection);
        return Verdict.Continue;
    }
}
