using FilterHost.Dns;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The host's side of one message: everything received, every filter's slot, every result and edit.</summary>
internal sealed class Transaction
{
    private readonly FilterPipeline _pipeline;
    private readonly List<HeaderField> _received = [];
    private readonly List<(int Slot, AuthenticationResult Result)> _results = [];
    private readonly List<(string Filter, string Text)> _notes = [];
    private readonly (int Version, HeaderSection Section)[] _sections;
    private readonly FilterSlot[] _slots;
    private readonly List<(EnvelopeRecipient Recipient, SmtpReply Reply)> _refusedRecipients = [];
    private HeaderSection? _receivedSection;
    private Dictionary<string, object>? _attributes;
    private Dictionary<IDnsResolver, MessageDnsResolver>? _resolvers;
    private CancellationTokenSource? _ended;
    private BodyStore? _body;
    private string? _internalMark;
    private int _editVersion;

    public Transaction(FilterPipeline pipeline, ConnectionFacts connection, ConnectionStates states, HeaderArena arena, TransactionEnvelope envelope, long startedAt)
    {
        (_pipeline, Connection, States, Arena, Envelope, StartedAt) = (pipeline, connection, states, arena, envelope, startedAt);
        _slots = new FilterSlot[pipeline.Members.Count];
        _sections = new (int, HeaderSection)[_slots.Length];
        for (var i = 0; i < _slots.Length; i++)
            _slots[i] = new FilterSlot(pipeline.Members[i], i, this);
        AuthenticatedUser = NotEmpty(connection.Macros["{auth_authen}"]) ?? NotEmpty(connection.Macros["{auth_type}"]);
    }

    public FilterPipeline Pipeline => _pipeline;

    public ConnectionFacts Connection { get; }

    public ConnectionStates States { get; }

    public HeaderArena Arena { get; }

    public TransactionEnvelope Envelope { get; }

    /// <summary>A timestamp of the host's clock.</summary>
    public long StartedAt { get; }

    public IReadOnlyList<FilterSlot> Slots => _slots;

    public string? AuthenticatedUser { get; }

    /// <summary>Whose mail it is: decided when its header section is complete, since only then it is known whether it re-enters.</summary>
    public MailOrigin Origin { get; private set; }

    /// <summary>Postfix gives the queue id only after the first accepted recipient.</summary>
    public string? QueueId => NotEmpty(Connection.Macros["i"]);

    public Dictionary<string, object> Attributes => _attributes ??= new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>The header section as the MTA has it.</summary>
    public IReadOnlyList<HeaderField> Received => _received;

    /// <summary>The length of the body as received.</summary>
    public long BodyLength { get; private set; }

    /// <summary>True where a call that overran is still running: what it may look at is not used again.</summary>
    public bool HasStuckCall { get; set; }

    /// <summary>True where the header section is over its limits; the message is then refused.</summary>
    public bool IsHeaderTooLarge { get; private set; }

    /// <summary>How it ended, once that is known.</summary>
    public TransactionOutcome? Outcome { get; set; }

    /// <summary>The reply that refused the message.</summary>
    public SmtpReply? Refusal { get; set; }

    public IReadOnlyList<(string Filter, string Text)> Notes => _notes;

    /// <summary>Recipients that a filter refused, with the reply.</summary>
    public IReadOnlyList<(EnvelopeRecipient Recipient, SmtpReply Reply)> RefusedRecipients => _refusedRecipients;

    /// <summary>What the fields that came with the message are worth; nothing before its header section is complete.</summary>
    public ReceivedResults ReceivedResults { get; private set; } = ReceivedResults.Nothing;

    /// <summary>The results that the message's field says: those of earlier listeners, then those of the filters, in order.</summary>
    public IEnumerable<AuthenticationResult> Results => ReceivedResults.TakenOver.Concat(_results.OrderBy(entry => entry.Slot).Select(entry => entry.Result));

    /// <summary>The results of this listener's filters, in order.</summary>
    public IEnumerable<AuthenticationResult> NewResults => _results.OrderBy(entry => entry.Slot).Select(entry => entry.Result);

    /// <summary>True where a filter of this listener has published a result.</summary>
    public bool HasNewResults => _results.Count > 0;

    /// <summary>All edits in the order of the filters.</summary>
    public IEnumerable<Edit> Edits => _slots.SelectMany(slot => slot.Edits);

    /// <summary>What was sent to the MTA: all edits in the order of the filters, then the host's own. Empty for a refused message.</summary>
    public IReadOnlyList<Edit> NetEdits { get; set; } = [];

    /// <summary>The most DNS questions that one filter may ask for the message.</summary>
    public int DnsQuestions => Connection.Told?.DnsQuestions ?? _pipeline.Limits.DnsQuestions;

    public bool HasEdits => Array.Exists(_slots, slot => slot.Edits.Count > 0);

    /// <summary>Adds a received field; the wire's folds are LF and white space.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value as the MTA sent it.</param>
    /// <param name="hasLeadingSpace">True where the value is every octet after the colon; otherwise the MTA has taken one space off, if there was one.</param>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool hasLeadingSpace)
    {
        if (IsHeaderTooLarge || _received.Count == _pipeline.Limits.MaximumHeaderFields
            || !Arena.TryCopy(name, out var nameCopy) || !TryCopyBody(value, hasLeadingSpace, out var body))
        {
            IsHeaderTooLarge = true;
            return;
        }
        _received.Add(new HeaderField(nameCopy, body));
    }

    public HeaderSection HeaderSeenBy(FilterSlot slot)
    {
        if (_editVersion == 0)
            return _receivedSection ??= new HeaderSection(_received);
        ref var cached = ref _sections[slot.Index];
        if (cached.Section is null || cached.Version != _editVersion)
            cached = (_editVersion, ApplyEdits(slot.Index));
        return cached.Section;
    }

    public IReadOnlyList<AuthenticationResult> ResultsSeenBy(FilterSlot slot) =>
        [.. ReceivedResults.TakenOver, .. ReceivedResults.Read, .. _results.Where(entry => entry.Slot <= slot.Index).Select(entry => entry.Result)];

    /// <summary>The header section is complete: what others have found of the message can be told.</summary>
    public void OnHeaderComplete()
    {
        // In a worker the host has found that out.
        if (Connection.Told is not null)
            return;
        ReceivedResults = ReceivedResults.Of(this, _pipeline.Results);
        _internalMark = Connection.IsInternal ? "client is internal" : _pipeline.Clients.InternalMark(Connection);
        Origin = AuthenticatedUser is not null ? MailOrigin.Authenticated
            : ReceivedResults.IsReentry ? MailOrigin.Reentered
            : _internalMark is not null ? MailOrigin.Internal
            : MailOrigin.External;
    }

    /// <summary>Takes in what the host says of the message, in a worker.</summary>
    public void Tell(ToldFacts told)
    {
        (ReceivedResults, Origin) = (ReceivedResults.Of(told), told.Origin);
        foreach (var (name, value) in told.Attributes)
            Attributes[name] = value;
    }

    /// <summary>Cancels the filters' tokens: nobody waits for their answers any more.</summary>
    public void Cancel()
    {
        foreach (var slot in _slots)
            slot.CancelCall();
    }

    /// <summary>The origin in words.</summary>
    public string DescribeOrigin() => Connection.Told?.OriginWords ?? Origin switch
    {
        MailOrigin.Authenticated => $"client authenticated as {AuthenticatedUser}",
        MailOrigin.Internal => _internalMark!,
        MailOrigin.Reentered => "judged before",
        _ => $"client {Connection.ClientAddress?.ToString() ?? "unknown"} not internal, not authenticated",
    };

    public void Publish(FilterSlot slot, AuthenticationResult result) => _results.Add((slot.Index, result));

    /// <summary>Drops what a filter published before it failed.</summary>
    public void DropResults(FilterSlot slot) => _results.RemoveAll(entry => entry.Slot == slot.Index);

    public void RefuseRecipient(EnvelopeRecipient recipient, SmtpReply reply) => _refusedRecipients.Add((recipient, reply));

    public void AddNote(string filter, string text) => _notes.Add((filter, text));

    /// <summary>What filters see of the header section has changed.</summary>
    public void OnEditsChanged() => _editVersion++;

    /// <summary>The message's questions to a resolver.</summary>
    public MessageDnsResolver ResolverFor(IDnsResolver provider)
    {
        _resolvers ??= [];
        if (!_resolvers.TryGetValue(provider, out var resolver))
            _resolvers[provider] = resolver = new MessageDnsResolver(provider, (_ended ??= new CancellationTokenSource()).Token);
        return resolver;
    }

    /// <summary>Takes in a part of the body; keeps it where a filter needs that.</summary>
    /// <exception cref="IOException">There is no room to keep it.</exception>
    public void AddBody(ReadOnlySpan<byte> chunk)
    {
        BodyLength += chunk.Length;
        if (!_pipeline.KeepsBody)
            return;
        _body ??= _pipeline.Limits.CreateBodyStore();
        _body.Append(chunk);
    }

    /// <summary>The body as the filter sees it: replaced by the last filter before it that did so, else as received.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> BodySeenBy(FilterSlot slot)
    {
        for (var i = slot.Index - 1; i >= 0; i--)
        {
            for (var e = _slots[i].Edits.Count - 1; e >= 0; e--)
            {
                if (_slots[i].Edits[e] is Edit.ReplaceBody replaced)
                    return [replaced.Body];
            }
        }
        return _body?.Read() ?? [];
    }

    /// <summary>The whole message with everything that was sent to the MTA. The body must have been kept.</summary>
    public Stream OpenFinalMessage()
    {
        var draft = new SectionDraft(_received);
        foreach (var edit in NetEdits)
            draft.Apply(edit);
        var replaced = NetEdits.OfType<Edit.ReplaceBody>().LastOrDefault();
        return new MessageStream(draft.ToSection(), replaced is null ? _body?.Read() ?? [] : [replaced.Body]);
    }

    /// <summary>The whole message as the filter sees it.</summary>
    public Stream OpenMessage(FilterSlot slot) => new MessageStream(HeaderSeenBy(slot), BodySeenBy(slot));

    /// <summary>Tells every filter the outcome and gives everything back. Never throws.</summary>
    /// <param name="outcome">How it ended, where nothing else has ended it before.</param>
    /// <param name="call">The call's watch; its deadline is that of all the filters together.</param>
    /// <param name="logger">Takes what the filters do wrong.</param>
    public async ValueTask EndAsync(TransactionOutcome outcome, WatchedCall call, ILogger logger)
    {
        Outcome ??= outcome;
        if (_ended is not null)
            FilterGuard.CancelAside(_ended);
        foreach (var slot in _slots)
        {
            if (await EndAsync(slot, call, logger).ConfigureAwait(false))
                continue;
            HasStuckCall = true;
            call = call.Unwatched();
        }
        _body?.Dispose();
        Arena.Release(reuse: !HasStuckCall, _pipeline.Limits.PoisonBuffers);
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    // False where the watchdog has taken the connection from the filter.
    private async ValueTask<bool> EndAsync(FilterSlot slot, WatchedCall call, ILogger logger)
    {
        call.Enter(slot.Member.Guard);
        try
        {
            var isStuck = HasStuckCall && slot.State is SlotState.Failed;
            var ending = _pipeline.IsObserved ? new ValueTask(Task.Run(() => slot.EndAsync(Outcome!.Value, isStuck).AsTask())) : slot.EndAsync(Outcome!.Value, isStuck);
            if (ending.IsCompleted)
                await ending.ConfigureAwait(false);
            else if (!await call.WaitAsync(ending.AsTask()).ConfigureAwait(false))
                Overran();
        }
        catch (Exception exception)
        {
            Blame(FaultKind.Threw, exception);
        }
        return call.Leave();

        void Overran()
        {
            HasStuckCall = true;
            Blame(FaultKind.Overran, null);
        }

        void Blame(FaultKind kind, Exception? exception)
        {
            slot.Member.Guard.CountFault(kind);
            logger.LogError(exception, "{QueueId}: filter {Filter} {What} at the end of the transaction", QueueId ?? "-", slot.Member.Name, FaultWords.Of(kind));
        }
    }

    private HeaderSection ApplyEdits(int lastSlot)
    {
        var draft = new SectionDraft(_received);
        for (var i = 0; i <= lastSlot; i++)
        {
            foreach (var edit in _slots[i].Edits)
                draft.Apply(edit);
        }
        return draft.ToSection();
    }

    // The wire's LF becomes CRLF, the form that is signed and hashed. Where the MTA has taken one space after the colon off, it is put back (Sendmail, and Postfix with
    // milter_protocol below 6: both take a space and no tab). What began with a tab is taken as it is: a space before it, or none before anything else, cannot be told.
    private bool TryCopyBody(ReadOnlySpan<byte> value, bool hasLeadingSpace, out ReadOnlyMemory<byte> body)
    {
        body = default;
        var addsSpace = !hasLeadingSpace && (value.IsEmpty || value[0] != (byte)'\t');
        var lineFeeds = value.Count((byte)'\n');
        if (!Arena.TryTake(value.Length + lineFeeds + (addsSpace ? 1 : 0), out var room))
            return false;
        var span = room.Span;
        var length = 0;
        if (addsSpace)
            span[length++] = (byte)' ';
        while (!value.IsEmpty)
        {
            var lineEnd = value.IndexOf((byte)'\n');
            var line = lineEnd < 0 ? value : value[..lineEnd];
            if (lineEnd > 0 && line[^1] == '\r')
                line = line[..^1];
            line.CopyTo(span[length..]);
            length += line.Length;
            if (lineEnd < 0)
                break;
            "\r\n"u8.CopyTo(span[length..]);
            length += 2;
            value = value[(lineEnd + 1)..];
        }
        body = room[..length];
        return true;
    }
}
