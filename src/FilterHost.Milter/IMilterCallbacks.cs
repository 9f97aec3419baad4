namespace FilterHost.Milter;

/// <summary>
/// What a filter does at each command of one MTA connection; <see cref="MilterSession"/> calls it, one call at a time. Octets that a call is given are valid until the task it returns completes.
/// </summary>
/// <remarks>
/// The session keeps the protocol: it masks the negotiation, checks the order of commands, suppresses replies that were negotiated away, and holds a refusal given at such a step until
/// the next one that replies; no callback but <see cref="OnAbortAsync"/> and <see cref="OnClosedAsync"/> is called for the message meanwhile.
/// </remarks>
public interface IMilterCallbacks
{
    /// <summary>The MTA's offer; called once, first.</summary>
    MilterNegotiation Negotiate(MilterOffer offer);

    /// <summary>What was agreed: the answer of <see cref="Negotiate"/> masked by the offer.</summary>
    void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps);

    /// <summary>Macros for a command; they replace the ones that were given for it before.</summary>
    /// <param name="command">The command that they belong to.</param>
    /// <param name="pairs">Name, NUL, value, NUL, and so on.</param>
    void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs);

    /// <summary>A client connected. It comes again after <see cref="MilterCommand.QuitNewConnection"/>.</summary>
    ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client);

    /// <summary>HELO or EHLO with this name.</summary>
    ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name);

    /// <summary>MAIL FROM: the path, then ESMTP parameters.</summary>
    ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters);

    /// <summary>RCPT TO: the path, then ESMTP parameters.</summary>
    ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters);

    /// <summary>DATA.</summary>
    ValueTask<MilterReply> OnDataAsync();

    /// <summary>One header field as the wire has it: folds are LF and white space; the leading space is there only where it was negotiated.</summary>
    void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>The end of the header section.</summary>
    ValueTask<MilterReply> OnEndOfHeadersAsync();

    /// <summary>Part of the body.</summary>
    ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk);

    /// <summary>The end of the message. Edits that are written go out with the reply in one flush; with a refusal none goes out.</summary>
    ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits);

    /// <summary>A command that the MTA does not know.</summary>
    ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command);

    /// <summary>The message in hand is over without an end-of-message reply of ours: ABORT, another MAIL, a reply that refused it, a lost connection. Called once a message at most.</summary>
    ValueTask OnAbortAsync();

    /// <summary>The SMTP client is gone: QUIT, QUIT_NC or a lost connection. Called once a client.</summary>
    ValueTask OnClosedAsync();

    /// <summary>The MTA's connection is over. Called once, last.</summary>
    ValueTask OnEndedAsync() => ValueTask.CompletedTask;
}
