using System.Text;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Isolation;

/// <summary>One connection of the host to its worker: a conversation as with an MTA, and what the host says beside it.</summary>
internal sealed class WorkerConversation(MilterConversation conversation, string token) : IMilterCallbacks
{
    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);

    // As the host counts them; null for one that this filter refused.
    private readonly List<EnvelopeRecipient?> _recipients = [];
    private HostAside? _early;

    // What the host says comes as an unknown command.
    public MilterNegotiation Negotiate(MilterOffer offer) => conversation.Negotiate(offer) is var wanted ? wanted with { Steps = wanted.Steps & ~MilterSteps.NoUnknown } : wanted;

    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps) => conversation.OnNegotiated(offer, actions, steps);

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs) => conversation.OnMacros(command, pairs);

    public ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client) => conversation.OnConnectAsync(client);

    public ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name) => conversation.OnHeloAsync(name);

    public async ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        _recipients.Clear();
        // The host always says what became of a message; if it could not, nobody knows.
        await conversation.EndAsync(TransactionOutcome.Aborted).ConfigureAwait(false);
        return await conversation.OnMailAsync(path, parameters).ConfigureAwait(false);
    }

    public async ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        var before = Recipients.Count;
        var reply = await conversation.OnRecipientAsync(path, parameters).ConfigureAwait(false);
        _recipients.Add(Recipients.Count > before ? Recipients[before] : null);
        return reply;
    }

    public ValueTask<MilterReply> OnDataAsync() => conversation.OnDataAsync();

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => conversation.OnHeader(name, value);

    public ValueTask<MilterReply> OnEndOfHeadersAsync()
    {
        // The results name fields, which are here by now.
        if (_early is { } aside)
            Take(aside);
        return conversation.OnEndOfHeadersAsync();
    }

    public ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk) => conversation.OnBodyAsync(chunk);

    public async ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits)
    {
        var reply = await conversation.OnEndOfMessageAsync(edits).ConfigureAwait(false);
        edits.AddHeader(_token, FilterReport.Of(conversation.Transaction, reply).ToOctets());
        return MilterReply.Continue;
    }

    public async ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command)
    {
        if (HostAside.TryRead(command.Span, token) is not { } aside)
            return await conversation.OnUnknownCommandAsync(command).ConfigureAwait(false);
        if (aside.Outcome is { } outcome)
            await conversation.EndAsync(outcome).ConfigureAwait(false);
        else
            Take(aside);
        return MilterReply.Continue;
    }

    // It comes after a refusal too, before the host knows what becomes of the message; it says so in the end.
    public ValueTask OnAbortAsync() => ValueTask.CompletedTask;

    public ValueTask OnClosedAsync() => conversation.OnClosedAsync();

    private IReadOnlyList<EnvelopeRecipient> Recipients => conversation.Transaction?.Envelope.Recipients ?? [];

    private void Take(HostAside aside)
    {
        _early = aside;
        var transaction = conversation.Transaction;
        conversation.Tell(aside.ToFacts(transaction?.Received ?? []));
        foreach (var number in aside.RefusedRecipients)
        {
            if (number < _recipients.Count && _recipients[number] is { } refused)
                transaction?.Envelope.Remove(refused);
        }
    }
}
