using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What a filter's table says of faults, and how the filter has fared so far.</summary>
internal sealed class FilterGuard(PluginInstance instance, OnError onError, TimeSpan? timeLimit)
{
    /// <summary>So many calls of a filter may be overdue at once before it is suspended: each may hold a thread for good.</summary>
    public const int MaximumOverdueCalls = 32;

    private int _overdueCalls;
    private long _faults;

    /// <summary>The filter's table.</summary>
    public string Name => instance.Name;

    public OnError OnError => onError;

    /// <summary>The most time for one call; null leaves it to the stage's budget.</summary>
    public TimeSpan? TimeLimit => timeLimit;

    /// <summary>True while too many calls are overdue, or since a thread of the plugin threw: the filter is not called, every message gets its answer to faults.</summary>
    public bool IsSuspended => Volatile.Read(ref _overdueCalls) > MaximumOverdueCalls || instance.IsSuspended;

    /// <summary>Faults since the start.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>The reply to a message, or a connection, whose filter failed; null where it goes on without the filter.</summary>
    public Verdict? Refusal => OnError switch
    {
        OnError.Tempfail => Verdict.Reply(new SmtpReply(451, "4.3.0", $"filter {Name} failed, try again later")),
        OnError.Reject => Verdict.Reply(new SmtpReply(550, "5.3.0", $"filter {Name} failed")),
        OnError.Skip => null,
        _ => throw new InvalidOperationException($"unknown answer {OnError}"),
    };

    public void CountFault() => Interlocked.Increment(ref _faults);

    public void BeginOverdue() => Interlocked.Increment(ref _overdueCalls);

    public void EndOverdue() => Interlocked.Decrement(ref _overdueCalls);

    /// <summary>Cancels a filter's token. What the filter hangs on it runs on another thread, where it may throw or block without harm.</summary>
    public static void CancelAside(CancellationTokenSource cancellation)
    {
        var cancelling = cancellation.CancelAsync();
        if (!cancelling.IsCompletedSuccessfully)
            _ = cancelling.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Leaves a call that overran to itself: whatever comes of it is observed and dropped.</summary>
    public void Abandon(Task running)
    {
        BeginOverdue();
        _ = running.ContinueWith(
            static (task, guard) =>
            {
                _ = task.Exception;
                ((FilterGuard)guard!).EndOverdue();
            },
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The verdict with the filter's name in its reply: whoever reads it must know which filter refused.</summary>
    public Verdict Sign(Verdict verdict)
    {
        if (verdict.SmtpReply is not { } reply)
            return verdict;
        var suffix = $" [{Name}]";
        var lines = reply.Lines.ToArray();
        var room = SmtpReply.MaximumLineLength - suffix.Length;
        lines[^1] = (lines[^1].Length > room ? lines[^1][..room] : lines[^1]) + suffix;
        return Verdict.Reply(new SmtpReply(reply.Code, reply.EnhancedCode, string.Join('\n', lines)));
    }
}
