using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// The call that a connection has in hand, as the watchdog sees it. The thread of the connection enters and leaves; the watchdog may seize a call whose thread does not come back.
/// </summary>
internal sealed class WatchedCall(TimeProvider time)
{
    private const long Seized = -1;

    // Odd while a call runs; each call has a number of its own, so that the watchdog cannot seize the next one for this one.
    private long _state;
    private long _stageDeadline;
    private long _deadline;
    private readonly LentThread _thread = new();
    private FilterGuard? _guard;

    /// <summary>A stage begins; all its calls together have this time.</summary>
    public void BeginStage(TimeSpan budget) => _stageDeadline = After(budget);

    /// <summary>A filter is called.</summary>
    public void Enter(FilterGuard guard)
    {
        _guard = guard;
        _thread.Lend();
        Volatile.Write(ref _deadline, guard.TimeLimit is { } limit ? Math.Min(_stageDeadline, After(limit)) : _stageDeadline);
        Volatile.Write(ref _state, _state + 1);
    }

    /// <summary>The thread is back, and the call goes on without it.</summary>
    /// <returns>The time left for the call, at least nothing.</returns>
    public TimeSpan BeginWait()
    {
        _thread.TakeBack();
        var left = _deadline - time.GetTimestamp();
        return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)left / time.TimestampFrequency);
    }

    /// <summary>The call is over. False where the watchdog took the connection meanwhile: then nothing more is to be done.</summary>
    public bool Leave()
    {
        var running = Volatile.Read(ref _state);
        if (running != Seized && Interlocked.CompareExchange(ref _state, running + 1, running) == running)
            return true;
        _thread.TakeBack();
        _guard!.EndOverdue();
        return false;
    }

    /// <summary>A watch with the same deadline that nobody seizes, for what is left to do when this one was.</summary>
    public WatchedCall Unwatched() => new(time) { _stageDeadline = _stageDeadline };

    /// <summary>Waits for a filter to clean up after itself; one that overruns is left to itself.</summary>
    /// <returns>False if it overran.</returns>
    public async ValueTask<bool> WaitAsync(Task running)
    {
        try
        {
            await running.WaitAsync(BeginWait(), time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _guard!.Abandon(running);
            return false;
        }
    }

    /// <summary>Takes a call that is overdue by more than the grace, and gives its filter. The thread in it is lost until it comes back by itself; it gets what the others leave of the processors.</summary>
    public FilterGuard? TrySeize(TimeSpan grace)
    {
        var state = Volatile.Read(ref _state);
        if (state == Seized || state % 2 == 0 || time.GetTimestamp() < Volatile.Read(ref _deadline) + Ticks(grace))
            return null;
        var guard = _guard;
        if (Interlocked.CompareExchange(ref _state, Seized, state) != state)
            return null;
        _thread.SlowDown();
        guard!.BeginOverdue();
        return guard;
    }

    private long After(TimeSpan span) => time.GetTimestamp() + Ticks(span);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
