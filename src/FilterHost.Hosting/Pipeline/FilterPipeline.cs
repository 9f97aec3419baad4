using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Isolation;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// The filters of one listener, in order. It asks each at a stage; a refusal ends the stage, Accept ends only that filter's part. Here, and only here, a filter's fault is caught.
/// </summary>
internal sealed class FilterPipeline
{
    private const int LateChunkSize = 64 * 1024;

    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly bool[] _waits;
    private readonly bool[] _readsBodyLate;

    public FilterPipeline(string listener, IReadOnlyList<ConnectionMember> connectionMembers, IReadOnlyList<PipelineMember> members, PipelineLimits limits, ResultsPolicy results, ILogger logger, TimeProvider time)
    {
        (Listener, ConnectionMembers, Members, Limits, Results, _logger, _time) = (listener, connectionMembers, members, limits, results, logger, time);
        _waits = new bool[members.Count];
        _readsBodyLate = new bool[members.Count];
        var (isEdited, isBodyEdited) = (false, false);
        for (var i = 0; i < members.Count; i++)
        {
            var traits = members[i].Traits;
            _waits[i] = isEdited && traits.WaitsForEarlierFilters;
            _readsBodyLate[i] = (isBodyEdited || _waits[i]) && members[i].Registration.ReadsBody;
            isEdited |= traits.EditsBody || traits.EditsFields.Count + traits.Publishes.Count > 0;
            isBodyEdited |= traits.EditsBody;
        }
        KeepsBody = limits.KeepsEveryBody || Array.Exists(_readsBodyLate, late => late) || members.Any(member => member.Traits.NeedsWholeMessage);
        ReadsBody = KeepsBody || members.Any(member => member.Registration.ReadsBody);
        PublishesResults = results.Cleans is true || members.Any(member => member.Traits.Publishes.Count > 0);
    }

    public string Listener { get; }

    public IReadOnlyList<ConnectionMember> ConnectionMembers { get; }

    public IReadOnlyList<PipelineMember> Members { get; }

    public PipelineLimits Limits { get; }

    public ResultsPolicy Results { get; }

    /// <summary>True where nothing comes of what the filters say but a line of the log. They are called on threads of their own then, so that one which blocks costs no connection.</summary>
    public bool IsObserved { get; init; }

    /// <summary>True in a worker process: the host that it works for writes the results, the log's line and the answer to a fault.</summary>
    public bool IsWorker { get; init; }

    /// <summary>Who is who among the clients.</summary>
    public ClientPolicy Clients { get; init; } = new();

    /// <summary>True where the body must be kept until the end of the message.</summary>
    public bool KeepsBody { get; }

    /// <summary>True where any filter reads the body.</summary>
    public bool ReadsBody { get; }

    /// <summary>True where the listener writes Authentication-Results and removes forged ones.</summary>
    public bool PublishesResults { get; }

    /// <summary>Macros that filters and host ask for beyond those that MTAs send by themselves.</summary>
    public IEnumerable<MacroRequest> MacroRequests => Members.SelectMany(member => member.Traits.Macros).Concat(Clients.MacroRequests);

    /// <summary>The same filters within other limits.</summary>
    public FilterPipeline WithLimits(PipelineLimits limits) => With(ConnectionMembers, Members, limits);

    /// <summary>The same without the milters of others.</summary>
    public FilterPipeline WithoutForeignMembers() => With(
        [.. ConnectionMembers.Where(member => member.Instance.Plugin != MilterPlugin.Name)],
        [.. Members.Where(member => member.Instance.Plugin != MilterPlugin.Name)],
        Limits);

    public bool Overrides(FilterStage stage) => Members.Any(member => member.Registration.Overrides(stage));

    /// <summary>Asks the filters at a stage before the end of the message.</summary>
    /// <param name="call">The call's watch; its deadline is that of the stage.</param>
    /// <param name="transaction">The message.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="input">The recipient or the chunk.</param>
    public async ValueTask<Verdict> RunAsync(WatchedCall call, Transaction transaction, FilterStage stage, StageInput input)
    {
        var slots = transaction.Slots;
        for (var i = 0; i < slots.Count; i++)
        {
            if (RefusalOf(slots[i]) is { } refusal)
                return refusal;
            if (!IsAsked(slots[i], stage))
                continue;
            var verdict = await InvokeAsync(call, slots[i], stage, input).ConfigureAwait(false);
            if (verdict.IsFinal)
                return verdict;
        }
        return Verdict.Continue;
    }

    /// <summary>Asks the filters at the end of the message; those behind an editor of the body read it now, as edited, and those that wait for the filters before them have their stages now.</summary>
    public async ValueTask<Verdict> RunEndOfMessageAsync(WatchedCall call, Transaction transaction)
    {
        var slots = transaction.Slots;
        for (var i = 0; i < slots.Count; i++)
        {
            var verdict = RefusalOf(slots[i]) ?? Verdict.Continue;
            if (!verdict.IsFinal && _waits[i] && IsCalled(slots[i], FilterStage.EndOfHeaders))
                verdict = await InvokeAsync(call, slots[i], FilterStage.EndOfHeaders, default).ConfigureAwait(false);
            if (!verdict.IsFinal && _readsBodyLate[i])
                verdict = await ReadBodyLateAsync(call, slots[i]).ConfigureAwait(false);
            if (!verdict.IsFinal && IsCalled(slots[i], FilterStage.EndOfMessage))
                verdict = await InvokeAsync(call, slots[i], FilterStage.EndOfMessage, default).ConfigureAwait(false);
            if (verdict.IsFinal)
                return verdict;
        }
        return Verdict.Continue;
    }

    /// <summary>The answer where there is no room for a message that must be kept, or where it cannot be read again.</summary>
    public Verdict CannotKeep(Transaction transaction, IOException exception)
    {
        _logger.LogError(exception, "{QueueId}: the message cannot be kept in {Folder}", transaction.QueueId, Limits.TemporaryDirectory);
        return Verdict.Reply(new SmtpReply(452, "4.3.1", "no room to keep the message, try again later"));
    }

    /// <summary>The answer for a filter that failed: by its <c>on_error</c>; skipped, its methods are published as temperror.</summary>
    public Verdict Fault(FilterSlot slot, FilterStage stage, FaultKind kind, Exception? exception)
    {
        var member = slot.Member;
        member.Guard.CountFault(kind);
        // A worker has logged it with the exception itself.
        _logger.Log(exception is WorkerFaultException ? LogLevel.Debug : LogLevel.Error, exception, "{QueueId}: filter {Filter} {What} at {Stage}; the message gets its on_error: {Answer}",
            slot.Transaction.QueueId ?? slot.Transaction.Connection.Describe(), member.Name, FaultWords.Of(kind), stage, member.Guard.OnError);
        slot.View.Revoke();
        slot.Fail();
        slot.Transaction.DropResults(slot);
        if (member.Guard.OnError is OnError.Skip)
        {
            foreach (var method in member.Traits.Publishes)
                slot.Transaction.Publish(slot, TemporaryError(method));
        }
        return RefusalOf(slot) ?? Verdict.Continue;
    }

    private FilterPipeline With(IReadOnlyList<ConnectionMember> connectionMembers, IReadOnlyList<PipelineMember> members, PipelineLimits limits) =>
        new(Listener, connectionMembers, members, limits, Results, _logger, _time) { Clients = Clients, IsObserved = IsObserved, IsWorker = IsWorker };

    // RFC 8601 §2.7: temperror says that a later attempt may produce a final result.
    private static AuthenticationResult TemporaryError(string method) => method switch
    {
        "dkim" => new DkimSignatureResult { Outcome = DkimOutcome.TempError, Reason = "filter failed" },
        "spf" => new SpfResult { Outcome = SpfOutcome.TempError, Identity = SpfIdentity.MailFrom, Reason = "filter failed" },
        "dmarc" => new DmarcResult { Outcome = DmarcOutcome.TempError, Reason = "filter failed" },
        _ => new GenericResult(method, "temperror") { Reason = "filter failed" },
    };

    private static Verdict? RefusalOf(FilterSlot slot) => slot.State is SlotState.Failed ? slot.Member.Guard.Refusal : null;

    private static bool IsCalled(FilterSlot slot, FilterStage stage) => slot.IsActive && slot.Member.Registration.Overrides(stage);

    private bool IsAsked(FilterSlot slot, FilterStage stage) => IsCalled(slot, stage) && stage switch
    {
        FilterStage.EndOfHeaders => !_waits[slot.Index],
        FilterStage.Body => !slot.HasStoppedReading && !_readsBodyLate[slot.Index],
        _ => true,
    };

    private async ValueTask<Verdict> ReadBodyLateAsync(WatchedCall call, FilterSlot slot)
    {
        try
        {
            foreach (var part in slot.Transaction.BodySeenBy(slot))
            {
                for (var rest = part; !rest.IsEmpty && slot.WantsBody;)
                {
                    var chunk = rest[..Math.Min(LateChunkSize, rest.Length)];
                    rest = rest[chunk.Length..];
                    var verdict = await InvokeAsync(call, slot, FilterStage.Body, new StageInput(chunk)).ConfigureAwait(false);
                    if (verdict.IsFinal)
                        return verdict;
                }
            }
            return Verdict.Continue;
        }
        // What a filter throws is caught before it gets here.
        catch (IOException exception)
        {
            return CannotKeep(slot.Transaction, exception);
        }
    }

    private ValueTask<Verdict> InvokeAsync(WatchedCall call, FilterSlot slot, FilterStage stage, StageInput input) =>
        Limits.PoisonBuffers && stage is FilterStage.Body ? InvokePoisonedAsync(call, slot, input.Chunk) : InvokeOnAsync(call, slot, stage, input);

    // The filter gets a copy of its own, overwritten after the call, so that a chunk which is kept is noticed.
    private async ValueTask<Verdict> InvokePoisonedAsync(WatchedCall call, FilterSlot slot, ReadOnlyMemory<byte> chunk)
    {
        var copy = chunk.ToArray();
        var verdict = await InvokeOnAsync(call, slot, FilterStage.Body, new StageInput(copy)).ConfigureAwait(false);
        copy.AsSpan().Fill(HeaderArena.Poison);
        return verdict;
    }

    private ValueTask<Verdict> InvokeOnAsync(WatchedCall call, FilterSlot slot, FilterStage stage, StageInput input)
    {
        if (slot.Member.Guard.IsSuspended)
            return Fault(slot, stage, FaultKind.Suspended, null);
        call.Enter(slot.Member.Guard);
        slot.View.Enter();
        ValueTask<Verdict> task;
        try
        {
            task = IsObserved ? new ValueTask<Verdict>(Task.Run(() => Call(slot, stage, input).AsTask())) : Call(slot, stage, input);
            if (task.IsCompletedSuccessfully)
                return Finish(call, slot, stage, task.Result);
        }
        catch (Exception exception)
        {
            return FinishFault(call, slot, stage, exception);
        }
        return AwaitAsync(call, slot, stage, task);
    }

    private static ValueTask<Verdict> Call(FilterSlot slot, FilterStage stage, StageInput input)
    {
        var filter = slot.GetFilter();
        return stage switch
        {
            FilterStage.Mail => filter.OnMailAsync(slot.View),
            FilterStage.Recipient => filter.OnRecipientAsync(slot.View, input.Recipient!),
            FilterStage.Data => filter.OnDataAsync(slot.View),
            FilterStage.EndOfHeaders => filter.OnEndOfHeadersAsync(slot.View),
            FilterStage.Body => filter.OnBodyChunkAsync(slot.View, input.Chunk),
            FilterStage.EndOfMessage => filter.OnEndOfMessageAsync(slot.View),
            _ => throw new ArgumentOutOfRangeException(nameof(stage)),
        };
    }

    private async ValueTask<Verdict> AwaitAsync(WatchedCall call, FilterSlot slot, FilterStage stage, ValueTask<Verdict> task)
    {
        var running = task.AsTask();
        try
        {
            var verdict = await running.WaitAsync(call.BeginWait(), _time).ConfigureAwait(false);
            return Finish(call, slot, stage, verdict);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            slot.Transaction.HasStuckCall = true;
            slot.Member.Guard.Abandon(running);
            return FinishFault(call, slot, stage, null);
        }
        catch (Exception exception)
        {
            return FinishFault(call, slot, stage, exception);
        }
    }

    private Verdict Finish(WatchedCall call, FilterSlot slot, FilterStage stage, Verdict verdict)
    {
        slot.View.Leave();
        if (!call.Leave())
            return Verdict.Continue;
        if (verdict is null)
            return Fault(slot, stage, FaultKind.NoVerdict, null);
        if (verdict.Kind is VerdictKind.Accept)
            slot.Accept();
        return verdict.IsFinal ? slot.Member.Guard.Sign(verdict) : Verdict.Continue;
    }

    private Verdict FinishFault(WatchedCall call, FilterSlot slot, FilterStage stage, Exception? exception)
    {
        slot.View.Leave();
        if (!call.Leave())
            return Verdict.Continue;
        return Fault(slot, stage, exception is null ? FaultKind.Overran : FaultKind.Threw, exception);
    }
}
