using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>One MTA connection: it turns the commands of the protocol into stages of the pipeline, and verdicts into replies.</summary>
internal sealed class MilterConversation : IMilterCallbacks
{
    // A filter that honours its token needs a moment after the deadline before its thread counts as lost.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly PipelineSource _source;
    private readonly Watchdog _watchdog;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly MacroTable _macros = new();
    private readonly ConnectionFacts _connection;
    private readonly ConnectionStates _states = new();
    private readonly ConnectionStage _connectionStage;
    private readonly WatchedCall _call;
    private readonly MilterSession? _session;
    private PipelineSource.Lease _lease;
    private MilterReply? _refusedByNewFilters;
    private bool _isWatched;
    private volatile bool _isSeized;
    private MilterActions _actions;
    private MilterSteps _steps;
    private bool _hasLeadingSpace;
    private bool _takesProgressEarly;
    private Transaction? _transaction;
    private long _nextProgress = long.MaxValue;

    public MilterConversation(PipelineSource source, Watchdog watchdog, ILogger logger, TimeProvider time, MilterSession? session = null)
    {
        (_source, _watchdog, _logger, _time, _session) = (source, watchdog, logger, time, session);
        _lease = source.Take();
        _call = new WatchedCall(time);
        _connection = new ConnectionFacts(Pipeline.Listener, _macros);
        _connectionStage = new ConnectionStage(Pipeline.ConnectionMembers, _connection, _states, _call, Pipeline.IsObserved, logger, time);
    }

    private FilterPipeline Pipeline => _lease.Pipeline;

    /// <summary>Sees every transaction at its end, before what it holds is given back. For runs without an MTA.</summary>
    public Action<Transaction>? OnEnding { get; init; }

    /// <summary>The message in hand.</summary>
    public Transaction? Transaction => _transaction;

    /// <summary>The conversation as the MTA hears it.</summary>
    public static IMilterCallbacks Open(PipelineSource source, Watchdog watchdog, ILogger logger, TimeProvider time, MilterSession session)
    {
        var conversation = new MilterConversation(source, watchdog, logger, time, session);
        return conversation.Pipeline.IsObserved ? new ObservedConversation(conversation) : conversation;
    }

    public MilterNegotiation Negotiate(MilterOffer offer) => PipelineNegotiation.For(Pipeline);

    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps)
    {
        (_actions, _steps) = (actions, steps);
        _hasLeadingSpace = steps.HasFlag(MilterSteps.HeaderLeadingSpace);
        var missing = PipelineNegotiation.NeededActions(Pipeline) & ~actions;
        if (missing != MilterActions.None)
            throw new MilterProtocolException($"the MTA does not grant {missing}, which the filters of {Pipeline.Listener} need; with Postfix set milter_protocol = 6 in main.cf");
    }

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs) => _macros.Set(command, pairs);

    public async ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client)
    {
        _refusedByNewFilters = null;
        _connection.SetClient(client, Pipeline.Clients);
        if (_connection.IsPeer)
        {
            _logger.LogDebug("{Client}: in the list of peers, passes whole", _connection.Describe());
            return MilterReply.Accept;
        }
        // Only Postfix takes progress before the end of the message; Sendmail calls it bogus.
        _takesProgressEarly = _macros["v"]?.StartsWith("Postfix", StringComparison.Ordinal) ?? false;
        if (!_connectionStage.HasFilters)
            return MilterReply.Continue;
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.ConnectAsync().ConfigureAwait(false));
    }

    public async ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name)
    {
        _connection.SetHelo(name.Span);
        if (!_connectionStage.HasFilters || _connection.IsPeer)
            return MilterReply.Continue;
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.HeloAsync().ConfigureAwait(false));
    }

    public async ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command)
    {
        if (!_connectionStage.HasFilters || _connection.IsPeer)
            return MilterReply.Continue;
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.UnknownCommandAsync(Encoding.UTF8.GetString(command.Span)).ConfigureAwait(false));
    }

    public ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters) =>
        _source.IsNewest(Pipeline) ? BeginAsync(path, parameters) : MoveAndBeginAsync(path, parameters);

    // A message never changes generation, a connection does between two of them.
    private async ValueTask<MilterReply> MoveAndBeginAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        var verdict = await MoveAsync().ConfigureAwait(false);
        _refusedByNewFilters ??= verdict.IsFinal ? ReplyOf(verdict) : null;
        return await BeginAsync(path, parameters).ConfigureAwait(false);
    }

    private async ValueTask<Verdict> MoveAsync()
    {
        var next = _source.Take();
        var (before, pipeline) = (_lease, next.Pipeline);
        if (!PipelineNegotiation.Suffices(before.Pipeline, pipeline, _actions, _steps))
        {
            next.Return();
            return Verdict.Continue;
        }
        _lease = next;
        _refusedByNewFilters = null;
        _connection.Judge(pipeline.Clients);
        var verdict = await _connectionStage.MoveAsync(_connection.IsPeer ? [] : pipeline.ConnectionMembers, _connection.Helo is not null).ConfigureAwait(false);
        _states.KeepOnly(pipeline.Members.Select(member => member.Instance).Concat(pipeline.ConnectionMembers.Select(member => member.Instance)).ToHashSet());
        before.Return();
        return verdict;
    }

    private ValueTask<MilterReply> BeginAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        if (_refusedByNewFilters is { } refusal)
            return new ValueTask<MilterReply>(refusal);
        // An MTA that cannot take an answer at connect goes on; without a transaction nothing comes of it.
        if (_connection.IsPeer)
            return new ValueTask<MilterReply>(MilterReply.Accept);
        var arena = new HeaderArena(Pipeline.Limits.MaximumHeaderSize);
        var address = EnvelopeAddress.Parse(path.ToArray());
        _transaction = new Transaction(Pipeline, _connection, _states, arena, new TransactionEnvelope(address, parameters), _time.GetTimestamp());
        if (_connection.Told is { } told)
            _transaction.Tell(told);
        return RunAsync(FilterStage.Mail, default);
    }

    public async ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        if (_transaction is not { } transaction)
            return MilterReply.Continue;
        var recipient = new EnvelopeRecipient(EnvelopeAddress.Parse(path.ToArray()), parameters);
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        var verdict = await Pipeline.RunAsync(_call, transaction, FilterStage.Recipient, new StageInput(recipient)).ConfigureAwait(false);
        if (!verdict.IsFinal)
            transaction.Envelope.Add(recipient);
        else if (verdict.Kind is VerdictKind.Discard)
            Note(transaction, verdict);
        else
            transaction.RefuseRecipient(recipient, verdict.SmtpReply!);
        return EndStage(verdict);
    }

    public ValueTask<MilterReply> OnDataAsync() => RunAsync(FilterStage.Data, default);

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => _transaction?.AddHeader(name, value, _hasLeadingSpace);

    public ValueTask<MilterReply> OnEndOfHeadersAsync()
    {
        if (_transaction is { IsHeaderTooLarge: true } transaction)
        {
            var limits = Pipeline.Limits;
            var verdict = Verdict.Reply(new SmtpReply(552, "5.3.4",
                $"header section larger than {limits.MaximumHeaderSize} octets or {limits.MaximumHeaderFields} fields"));
            Note(transaction, verdict);
            return new ValueTask<MilterReply>(ReplyOf(verdict));
        }
        _transaction?.OnHeaderComplete();
        return RunAsync(FilterStage.EndOfHeaders, default);
    }

    public ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk)
    {
        if (_transaction is not { } transaction)
            return new ValueTask<MilterReply>(MilterReply.Continue);
        try
        {
            transaction.AddBody(chunk.Span);
        }
        catch (IOException exception)
        {
            var verdict = Pipeline.CannotKeep(transaction, exception);
            Note(transaction, verdict);
            return new ValueTask<MilterReply>(ReplyOf(verdict));
        }
        return Pipeline.KeepsBody || transaction.Slots.Any(slot => slot.WantsBody)
            ? RunAsync(FilterStage.Body, new StageInput(chunk))
            : new ValueTask<MilterReply>(MilterReply.Skip);
    }

    public ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits) => EndOfMessageAsync(edits);

    /// <summary>The end of the message; without a writer the edits are only recorded.</summary>
    public async ValueTask<MilterReply> EndOfMessageAsync(MilterEditWriter? edits)
    {
        if (_transaction is not { } transaction)
            return MilterReply.Continue;
        BeginStage(Pipeline.Limits.EndOfMessageBudget, takesProgress: true);
        var verdict = await Pipeline.RunEndOfMessageAsync(_call, transaction).ConfigureAwait(false);
        if (!verdict.IsFinal)
            verdict = WriteEdits(transaction, edits);
        Note(transaction, verdict);
        // A worker hears from the host what becomes of the message.
        if (!Pipeline.IsWorker)
            await EndTransactionAsync(verdict.IsFinal ? OutcomeOf(verdict) : TransactionOutcome.Passed).ConfigureAwait(false);
        return EndStage(verdict);
    }

    public ValueTask OnAbortAsync() => EndTransactionAsync(TransactionOutcome.Aborted);

    public async ValueTask OnClosedAsync()
    {
        await EndTransactionAsync(TransactionOutcome.Aborted).ConfigureAwait(false);
        if (_connectionStage.HasFilters)
            await _connectionStage.EndAsync(BeginEnd()).ConfigureAwait(false);
        _connection.End();
        _macros.ClearAll();
        _states.Clear();
        StopWatching();
    }

    public ValueTask OnEndedAsync()
    {
        _lease.Return();
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes in what the host says, in a worker.</summary>
    public void Tell(ToldFacts told)
    {
        _connection.Told = told;
        _transaction?.Tell(told);
    }

    /// <summary>The message in hand is over, as the host says to its worker.</summary>
    public ValueTask EndAsync(TransactionOutcome outcome)
    {
        if (_transaction is { } transaction)
            transaction.Outcome = outcome;
        return EndTransactionAsync(outcome);
    }

    /// <summary>Logs what an observer would have said to the client.</summary>
    public void LogDecision(MilterReply reply) => ObservationLog.Write(_logger, _connection, reply);

    /// <summary>Called by the watchdog's thread, again and again. Never throws: the thread serves all connections.</summary>
    public void Watch()
    {
        try
        {
            SeizeOrSendProgress();
        }
        catch (Exception exception)
        {
            _logger.LogError(exception, "{Client}: the watch over a call failed", _connection.Describe());
        }
    }

    private void SeizeOrSendProgress()
    {
        if (_call.TrySeize(Grace) is { } guard)
        {
            Seize(guard);
            return;
        }
        if (_time.GetTimestamp() >= Volatile.Read(ref _nextProgress))
        {
            Volatile.Write(ref _nextProgress, _time.GetTimestamp() + Ticks(Pipeline.Limits.ProgressInterval));
            _session?.TrySendProgress();
        }
    }

    private static MilterReply ReplyOf(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Continue => MilterReply.Continue,
        VerdictKind.Accept => MilterReply.Accept,
        VerdictKind.Discard => MilterReply.Discard,
        VerdictKind.Reject or VerdictKind.TempFail => MilterReply.WithCode(verdict.SmtpReply!),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    private static TransactionOutcome OutcomeOf(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Reject => TransactionOutcome.Rejected,
        VerdictKind.TempFail => TransactionOutcome.TempFailed,
        VerdictKind.Discard => TransactionOutcome.Discarded,
        _ => TransactionOutcome.Passed,
    };

    // What the filters said, for the log and for the filters' own end; a refused message stays refused whatever the MTA does next.
    private static void Note(Transaction transaction, Verdict verdict)
    {
        if (!verdict.IsFinal)
            return;
        transaction.Outcome = OutcomeOf(verdict);
        transaction.Refusal = verdict.SmtpReply;
    }

    private async ValueTask<MilterReply> RunAsync(FilterStage stage, StageInput input)
    {
        if (_transaction is not { } transaction)
            return MilterReply.Continue;
        BeginStage(Pipeline.Limits.CommandBudget, _takesProgressEarly);
        var verdict = await Pipeline.RunAsync(_call, transaction, stage, input).ConfigureAwait(false);
        Note(transaction, verdict);
        if (verdict.IsFinal || !IsAcceptedByAll(transaction))
            return EndStage(verdict);
        // The MTA sends nothing more of it, so the reset that follows is no abort.
        transaction.Outcome = TransactionOutcome.Passed;
        return EndStage(Verdict.Accept);
    }

    // The MTA hears accept only when every filter is done, and only where the end of the message has nothing left for the host to do.
    private bool IsAcceptedByAll(Transaction transaction) =>
        transaction.Slots.Count > 0 && !Pipeline.IsWorker && !Pipeline.PublishesResults && !transaction.HasEdits && transaction.Slots.All(slot => slot.State is SlotState.Accepted);

    private Verdict WriteEdits(Transaction transaction, MilterEditWriter? writer)
    {
        var edits = transaction.Edits;
        if (Pipeline is { PublishesResults: true, IsWorker: false })
            edits = edits.Concat(ResultsField.EditsFor(transaction, Pipeline.Results));
        transaction.NetEdits = [.. edits];
        var plan = new EditPlan(transaction.Received, transaction.NetEdits);
        var missing = plan.Needs & ~_actions;
        if (missing != MilterActions.None)
        {
            _logger.LogError("{QueueId}: the MTA did not grant {Missing}, which the edits of this message need; nothing is changed and the message is refused for now; with Postfix set milter_protocol = 6 in main.cf",
                transaction.QueueId, missing);
            return Verdict.Reply(new SmtpReply(451, "4.3.5", "the mail filter may not make the change it needs to"));
        }
        if (writer is not null)
            plan.Write(writer, Pipeline.Results.Position);
        // A field that is not written is none that a later listener may believe.
        if (!Pipeline.IsObserved && !Pipeline.IsWorker)
            ResultsField.Remember(transaction, Pipeline.Results);
        return Verdict.Continue;
    }

    private async ValueTask EndTransactionAsync(TransactionOutcome outcome)
    {
        if (Interlocked.Exchange(ref _transaction, null) is not { } transaction)
            return;
        transaction.Outcome ??= outcome;
        if (Pipeline.IsObserved)
            ObservationLog.Write(_logger, transaction, _time);
        else if (!Pipeline.IsWorker)
            MessageLog.Write(_logger, transaction, _time);
        OnEnding?.Invoke(transaction);
        await transaction.EndAsync(outcome, BeginEnd(), _logger).ConfigureAwait(false);
        _macros.ClearMessage();
    }

    private void BeginStage(TimeSpan budget, bool takesProgress)
    {
        if (!_isWatched)
        {
            _isWatched = true;
            _watchdog.Add(this);
        }
        _call.BeginStage(budget);
        if (takesProgress)
            Volatile.Write(ref _nextProgress, _time.GetTimestamp() + Ticks(Pipeline.Limits.ProgressInterval));
    }

    // Filters clean up within the time of a command. Once the watchdog has taken the connection there is nothing more for it to take.
    private WatchedCall BeginEnd()
    {
        if (!_isSeized)
        {
            BeginStage(Pipeline.Limits.CommandBudget, takesProgress: false);
            return _call;
        }
        var call = new WatchedCall(_time);
        call.BeginStage(Pipeline.Limits.CommandBudget);
        return call;
    }

    private void StopWatching()
    {
        _isWatched = false;
        _watchdog.Remove(this);
    }

    private MilterReply EndStage(Verdict verdict)
    {
        Volatile.Write(ref _nextProgress, long.MaxValue);
        return ReplyOf(verdict);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    // The thread of this connection is inside the filter and may never come back: the watchdog answers in its place and leaves the rest to the thread's return.
    private void Seize(FilterGuard guard)
    {
        _isSeized = true;
        guard.CountFault(FaultKind.Blocked);
        var transaction = _transaction;
        _logger.LogError("{QueueId}: filter {Filter} blocks its thread; the message gets its on_error ({Answer}; skip is temporary failure here) and the connection is closed",
            transaction?.QueueId ?? _connection.Describe(), guard.Name, guard.OnError);
        if (transaction is not null)
        {
            transaction.HasStuckCall = true;
            foreach (var slot in transaction.Slots.Where(slot => ReferenceEquals(slot.Member.Guard, guard)))
            {
                slot.View.Revoke();
                slot.Fail();
            }
        }
        // Without its thread the pipeline cannot go on with the other filters, so skipping is not safe here.
        var verdict = guard.Refusal ?? Verdict.Reply(new SmtpReply(451, "4.3.0", $"filter {guard.Name} failed, try again later"));
        if (transaction is not null)
            Note(transaction, verdict);
        _session?.Seize(Pipeline.IsObserved ? MilterReply.Continue : ReplyOf(verdict));
        StopWatching();
        _ = Task.Run(EndSeizedAsync);
    }

    // The thread may stay in the filter for good; the generation must not wait for it.
    private async Task EndSeizedAsync()
    {
        await EndTransactionAsync(TransactionOutcome.Aborted).ConfigureAwait(false);
        _lease.Return();
    }
}
