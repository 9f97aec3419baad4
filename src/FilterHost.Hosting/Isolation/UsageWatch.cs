namespace FilterHost.Hosting.Isolation;

/// <summary>Holds what a worker takes against its limits.</summary>
internal sealed class UsageWatch(WorkerLimits limits)
{
    // For work that is done for no message.
    private static readonly TimeSpan IdleWindow = TimeSpan.FromMinutes(1);

    private TimeSpan? _last;
    private TimeSpan _idle;
    private TimeSpan _idleFor;

    /// <summary>What the worker takes too much of, in words, or null.</summary>
    /// <param name="usage">What it takes.</param>
    /// <param name="visits">The messages in it.</param>
    /// <param name="elapsed">The time since the last look.</param>
    public string? Excess(ProcessUsage usage, IReadOnlyCollection<WorkerVisit> visits, TimeSpan elapsed)
    {
        var taken = usage.Cpu - (_last ?? usage.Cpu);
        _last = usage.Cpu;
        if (usage.Memory > limits.Memory)
            return $"took {usage.Memory >> 20} MB of memory, more than isolation_memory";
        return IsOver(taken, visits, elapsed) ? $"took more CPU time than isolation_cpu, {limits.Cpu.TotalSeconds:0.###} s, {(visits.Count > 0 ? "for one message" : "with no message in it")}" : null;
    }

    private bool IsOver(TimeSpan taken, IReadOnlyCollection<WorkerVisit> visits, TimeSpan elapsed)
    {
        if (visits.Count == 0)
        {
            _idleFor += elapsed;
            if (_idleFor > IdleWindow)
                (_idle, _idleFor) = (TimeSpan.Zero, TimeSpan.Zero);
            _idle += taken;
            return _idle > limits.Cpu;
        }
        var isOver = false;
        foreach (var visit in visits)
        {
            visit.Cpu += taken / visits.Count;
            isOver |= visit.Cpu > limits.Cpu;
        }
        return isOver;
    }
}
