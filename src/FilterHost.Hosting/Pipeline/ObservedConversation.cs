using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// A conversation whose answers never reach the MTA, which hears only Continue. Towards the conversation it plays an MTA that acts on each answer: what is refused or accepted goes no further,
/// a refused recipient is none.
/// </summary>
internal sealed class ObservedConversation(MilterConversation conversation) : IMilterCallbacks
{
    private bool _isClientDecided;
    private bool _isGreetingDecided;
    private bool _isMessageDecided;
    private int _recipients;
    private int _refusedRecipients;

    public MilterNegotiation Negotiate(MilterOffer offer) => conversation.Negotiate(offer);

    // Whatever the MTA grants, nothing is asked of it; the filters are to do what they would do if it granted all.
    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps) => conversation.OnNegotiated(offer, MilterActions.All, steps);

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs) => conversation.OnMacros(command, pairs);

    public async ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client)
    {
        _isGreetingDecided = false;
        _isClientDecided = IsOfClient(await conversation.OnConnectAsync(client).ConfigureAwait(false));
        return MilterReply.Continue;
    }

    public async ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name)
    {
        if (!_isClientDecided)
            _isGreetingDecided = IsOfClient(await conversation.OnHeloAsync(name).ConfigureAwait(false));
        return MilterReply.Continue;
    }

    public async ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command)
    {
        if (!_isClientDecided)
            await conversation.OnUnknownCommandAsync(command).ConfigureAwait(false);
        return MilterReply.Continue;
    }

    public ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        (_isMessageDecided, _recipients, _refusedRecipients) = (_isClientDecided || _isGreetingDecided, 0, 0);
        return AskAsync(() => conversation.OnMailAsync(path, parameters));
    }

    public async ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        if (_isMessageDecided)
            return MilterReply.Continue;
        var reply = await conversation.OnRecipientAsync(path, parameters).ConfigureAwait(false);
        _isMessageDecided = reply.Kind is MilterReplyKind.Accept or MilterReplyKind.Discard;
        _recipients++;
        if (IsDecision(reply))
            _refusedRecipients++;
        return MilterReply.Continue;
    }

    public ValueTask<MilterReply> OnDataAsync()
    {
        EndWithoutRecipients();
        return AskAsync(conversation.OnDataAsync);
    }

    // The log says what stood on the message, whatever became of it.
    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => conversation.OnHeader(name, value);

    public ValueTask<MilterReply> OnEndOfHeadersAsync()
    {
        EndWithoutRecipients();
        return AskAsync(conversation.OnEndOfHeadersAsync);
    }

    public ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk) => AskAsync(() => conversation.OnBodyAsync(chunk));

    public async ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits)
    {
        // What was decided before ends only now, since Postfix gives the queue id after the first recipient.
        if (_isMessageDecided)
            await conversation.OnAbortAsync().ConfigureAwait(false);
        else
            await conversation.EndOfMessageAsync(null).ConfigureAwait(false);
        return MilterReply.Continue;
    }

    public ValueTask OnAbortAsync() => conversation.OnAbortAsync();

    public ValueTask OnClosedAsync() => conversation.OnClosedAsync();

    public ValueTask OnEndedAsync() => conversation.OnEndedAsync();

    private static bool IsDecision(MilterReply reply) => reply.Kind is not (MilterReplyKind.Continue or MilterReplyKind.Skip);

    // Its messages would not come, so this is all that the log has of them.
    private bool IsOfClient(MilterReply reply)
    {
        if (!IsDecision(reply))
            return false;
        conversation.LogDecision(reply);
        return true;
    }

    // An MTA that has refused each recipient sends no message.
    private void EndWithoutRecipients() => _isMessageDecided |= _recipients > 0 && _recipients == _refusedRecipients;

    private async ValueTask<MilterReply> AskAsync(Func<ValueTask<MilterReply>> ask)
    {
        if (!_isMessageDecided)
            _isMessageDecided = IsDecision(await ask().ConfigureAwait(false));
        return MilterReply.Continue;
    }
}
