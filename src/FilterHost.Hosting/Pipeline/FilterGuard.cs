using System.Globalization;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What a filter's table says of faults, and how the filter has fared so far.</summary>
internal sealed class FilterGuard(PluginInstance instance, OnError onError, TimeSpan? timeLimit)
{
    /// <summary>So many calls of a filter may be overdue at once before it is suspended: each may hold a thread for good.</summary>
    public const int MaximumOverdueCalls = 32;

    private int _overdueCalls;
    private readonly long[] _faults = new long[Enum.GetValues<FaultKind>().Length];

    /// <summary>The filter's table.</summary>
    public string Name => instance.Name;

    public OnError OnError => onError;

    /// <summary>The most time for one call; null leaves it to the stage's budget.</summary>
    public TimeSpan? TimeLimit => timeLimit;

    /// <summary>True while too many calls are overdue, or since a thread of the plugin threw: the filter is not called, every message gets its answer to faults.</summary>
    public bool IsSuspended => Volatile.Read(ref _overdueCalls) > MaximumOverdueCalls || instance.IsSuspended;

    /// <summary>Faults since the instance was made.</summary>
    public long Faults => Enum.GetValues<FaultKind>().Sum(FaultsOf);

    /// <summary>The mark by which a worker tells its host of a fault, in place of the answer, which is the host's; null in the host itself.</summary>
    public string? FaultMark { get; init; }

    /// <summary>The reply to a message, or a connection, whose filter failed; null where it goes on without the filter.</summary>
    public Verdict? Refusal => FaultMark is not null ? Verdict.Reply(new SmtpReply(451, "4.3.0", FaultMark)) : OnError switch
    {
        OnError.Tempfail => Verdict.Reply(new SmtpReply(451, "4.3.0", $"filter {Name} failed, try again later")),
        OnError.Reject => Verdict.Reply(new SmtpReply(550, "5.3.0", $"filter {Name} failed")),
        OnError.Skip => null,
        _ => throw new InvalidOperationException($"unknown answer {OnError}"),
    };

    public void CountFault(FaultKind kind)
    {
        Interlocked.Increment(ref _faults[(int)kind]);
        HostMeter.Faults.Add(1, new("filter", Name), new("plugin", instance.Plugin), new("kind", FaultWords.TagOf(kind)));
    }

    /// <summary>The faults by kind, such as <c>threw 3, is suspended 12</c>; those that there were none of are left out.</summary>
    public string DescribeFaults() =>
        string.Join(", ", Enum.GetValues<FaultKind>().Where(kind => FaultsOf(kind) > 0).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{FaultWords.Of(kind)} {FaultsOf(kind)}")));

    public void BeginOverdue() => Interlocked.Increment(ref _overdueCalls);

    public void EndOverdue() => Interlocked.Decrement(ref _overdueCalls);

    /// <summary>Cancels a token. What hangs on it runs on a thread of its own, where it may throw or block without harm to anybody, other tokens included.</summary>
    public static void CancelAside(CancellationTokenSource cancellation) => ThreadPool.UnsafeQueueUserWorkItem(Cancel, cancellation, preferLocal: false);

    private long FaultsOf(FaultKind kind) => Interlocked.Read(ref _faults[(int)kind]);

    private static void Cancel(CancellationTokenSource cancellation)
    {
        try
        {
            cancellation.Cancel();
        }
        catch (Exception)
        {
            // It is the filter's, and nobody is left to tell.
        }
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
        if (FaultMark is not null || verdict.SmtpReply is not { } reply)
            return verdict;
        var suffix = $" [{Name}]";
        var lines = reply.Lines.ToArray();
        var room = SmtpReply.MaximumLineLength - suffix.Length;
        lines[^1] = (lines[^1].Length > room ? lines[^1][..room] : lines[^1]) + suffix;
        return Verdict.Reply(new SmtpReply(reply.Code, reply.EnhancedCode, string.Join('\n', lines)));
    }
}
