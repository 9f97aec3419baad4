using System.Net;
using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>One MTA connection: it turns the commands of the protocol into stages of the pipeline, and verdicts into replies.</summary>
internal sealed class MilterConversation : IMilterCallbacks
{
    // A filter that honours its token needs a moment after the deadline before its thread counts as lost.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly FilterPipeline _pipeline;
    private readonly Watchdog _watchdog;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly MacroTable _macros = new();
    private readonly ConnectionFacts _connection;
    private readonly ConnectionStates _states = new();
    private readonly ConnectionStage _connectionStage;
    private readonly WatchedCall _call;
    private readonly MilterSession? _session;
    private bool _isWatched;
    private volatile bool _isSeized;
    private MilterActions _actions;
    private bool _hasLeadingSpace;
    private bool _takesProgressEarly;
    private Transaction? _transaction;
    private long _nextProgress = long.MaxValue;

    public MilterConversation(FilterPipeline pipeline, IReadOnlyList<IPNetwork> internalNetworks, Watchdog watchdog, ILogger logger, TimeProvider time, MilterSession? session = null)
    {
        (_pipeline, _watchdog, _logger, _time, _session) = (pipeline, watchdog, logger, time, session);
        _call = new WatchedCall(time);
        _connection = new ConnectionFacts(pipeline.Listener, internalNetworks, _macros);
        _connectionStage = new ConnectionStage(pipeline.ConnectionMembers, _connection, _states, _call, logger, time);
    }

    /// <summary>Sees every transaction at its end, before what it holds is given back. For runs without an MTA.</summary>
    public Action<Transaction>? OnEnding { get; init; }

    public MilterNegotiation Negotiate(MilterOffer offer) => PipelineNegotiation.For(_pipeline);

    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps)
    {
        _actions = actions;
        _hasLeadingSpace = steps.HasFlag(MilterSteps.HeaderLeadingSpace);
        var missing = PipelineNegotiation.NeededActions(_pipeline) & ~actions;
        if (missing != MilterActions.None)
            throw new MilterProtocolException($"the MTA does not grant {missing}, which the filters of {_pipeline.Listener} need; with Postfix set milter_protocol = 6 in main.cf");
    }

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs) => _macros.Set(command, pairs);

    public async ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client)
    {
        _connection.SetClient(client);
        // Only Postfix takes progress before the end of the message; Sendmail calls it bogus.
        _takesProgressEarly = _macros["v"]?.StartsWith("Postfix", StringComparison.Ordinal) ?? false;
        if (!_connectionStage.HasFilters)
            return MilterReply.Continue;
        BeginStage(_pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.ConnectAsync().ConfigureAwait(false));
    }

    public async ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name)
    {
        _connection.SetHelo(name.Span);
        if (!_connectionStage.HasFilters)
            return MilterReply.Continue;
        BeginStage(_pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.HeloAsync().ConfigureAwait(false));
    }

    public async ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command)
    {
        if (!_connectionStage.HasFilters)
            return MilterReply.Continue;
        BeginStage(_pipeline.Limits.CommandBudget, _takesProgressEarly);
        return EndStage(await _connectionStage.UnknownCommandAsync(Encoding.UTF8.GetString(command.Span)).ConfigureAwait(false));
    }

    public ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        var arena = new HeaderArena(_pipeline.Limits.MaximumHeaderSize);
        var address = EnvelopeAddress.Parse(path.ToArray());
        _transaction = new Transaction(_pipeline, _connection, _states, arena, new TransactionEnvelope(address, parameters), _time.GetTimestamp());
        return RunAsync(FilterStage.Mail, default);
    }

    public async ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters)
    {
        if (_transaction is not { } transaction)
            return MilterReply.Continue;
        var recipient = new EnvelopeRecipient(EnvelopeAddress.Parse(path.ToArray()), parameters);
        BeginStage(_pipeline.Limits.CommandBudget, _takesProgressEarly);
        var verdict = await _pipeline.RunAsync(_call, transaction, FilterStage.Recipient, new StageInput(recipient)).ConfigureAwait(false);
        if (!verdict.IsFinal)
            transaction.Envelope.Add(recipient);
        else if (verdict.Kind is VerdictKind.Discard)
            Note(transaction, verdict);
        return EndStage(verdict);
    }

    public ValueTask<MilterReply> OnDataAsync() => RunAsync(FilterStage.Data, default);

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => _transaction?.AddHeader(name, value, _hasLeadingSpace);

    public ValueTask<MilterReply> OnEndOfHeadersAsync()
    {
        if (_transaction is { IsHeaderTooLarge: true } transaction)
        {
            var limits = _pipeline.Limits;
            var verdict = Verdict.Reply(new SmtpReply(552, "5.3.4",
                $"header section larger than {limits.MaximumHeaderSize} octets or {limits.MaximumHeaderFields} fields"));
            Note(transaction, verdict);
            return new ValueTask<MilterReply>(ReplyOf(verdict));
        }
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
            _logger.LogError(exception, "{QueueId}: the message cannot be kept: no room in {Folder}", transaction.QueueId, _pipeline.Limits.TemporaryDirectory);
            var verdict = Verdict.Reply(new SmtpReply(452, "4.3.1", "no room to keep the message, try again later"));
            Note(transaction, verdict);
            return new ValueTask<MilterReply>(ReplyOf(verdict));
        }
        return _pipeline.KeepsBody || transaction.Slots.Any(slot => slot.WantsBody)
            ? RunAsync(FilterStage.Body, new StageInput(chunk))
            : new ValueTask<MilterReply>(MilterReply.Skip);
    }

    public ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits) => EndOfMessageAsync(edits);

    /// <summary>The end of the message; without a writer the edits are only recorded.</summary>
    public async ValueTask<MilterReply> EndOfMessageAsync(MilterEditWriter? edits)
    {
        if (_transaction is not { } transaction)
            return MilterReply.Continue;
        BeginStage(_pipeline.Limits.EndOfMessageBudget, takesProgress: true);
        var verdict = await _pipeline.RunEndOfMessageAsync(_call, transaction).ConfigureAwait(false);
        if (!verdict.IsFinal)
            verdict = WriteEdits(transaction, edits);
        Note(transaction, verdict);
        await EndTransactionAsync(verdict.IsFinal ? OutcomeOf(verdict) : TransactionOutcome.Passed).ConfigureAwait(false);
        return EndStage(verdict);
    }

    public ValueTask OnAbortAsync() => EndTransactionAsync(TransactionOutcome.Aborted);

    public async ValueTask OnClosedAsync()
    {
        await EndTransactionAsync(TransactionOutcome.Aborted).ConfigureAwait(false);
        if (_connectionStage.HasFilters)
            await _connectionStage.EndAsync(BeginEnd()).ConfigureAwait(false);
        _macros.ClearAll();
        _states.Clear();
        StopWatching();
    }

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
            Volatile.Write(ref _nextProgress, _time.GetTimestamp() + Ticks(_pipeline.Limits.ProgressInterval));
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
        BeginStage(_pipeline.Limits.CommandBudget, _takesProgressEarly);
        var verdict = await _pipeline.RunAsync(_call, transaction, stage, input).ConfigureAwait(false);
        Note(transaction, verdict);
        if (verdict.IsFinal || !IsAcceptedByAll(transaction))
            return EndStage(verdict);
        // The MTA sends nothing more of it, so the reset that follows is no abort.
        transaction.Outcome = TransactionOutcome.Passed;
        return EndStage(Verdict.Accept);
    }

    // The MTA hears accept only when every filter is done, and only where the end of the message has nothing left for the host to do.
    private bool IsAcceptedByAll(Transaction transaction) =>
        transaction.Slots.Count > 0 && !_pipeline.PublishesResults && !transaction.HasEdits && transaction.Slots.All(slot => slot.State is SlotState.Accepted);

    private Verdict WriteEdits(Transaction transaction, MilterEditWriter? writer)
    {
        var edits = transaction.Edits;
        if (_pipeline.PublishesResults)
            edits = edits.Concat(ResultsField.EditsFor(transaction, _pipeline.Results));
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
            plan.Write(writer, _pipeline.Results.Position);
        return Verdict.Continue;
    }

    private async ValueTask EndTransactionAsync(TransactionOutcome outcome)
    {
        if (Interlocked.Exchange(ref _transaction, null) is not { } transaction)
            return;
        transaction.Outcome ??= outcome;
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
            Volatile.Write(ref _nextProgress, _time.GetTimestamp() + Ticks(_pipeline.Limits.ProgressInterval));
    }

    // Filters clean up within the time of a command. Once the watchdog has taken the connection there is nothing more for it to take.
    private WatchedCall BeginEnd()
    {
        if (!_isSeized)
        {
            BeginStage(_pipeline.Limits.CommandBudget, takesProgress: false);
            return _call;
        }
        var call = new WatchedCall(_time);
        call.BeginStage(_pipeline.Limits.CommandBudget);
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
        guard.CountFault();
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
        _session?.Seize(ReplyOf(verdict));
        StopWatching();
        _ = Task.Run(() => EndTransactionAsync(TransactionOutcome.Aborted).AsTask());
    }
}
