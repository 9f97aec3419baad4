namespace FilterHost.Hosting.Isolation;

/// <summary>How much a worker may take.</summary>
/// <param name="Memory">The most octets of its own.</param>
/// <param name="Cpu">The most CPU time for a message.</param>
internal sealed record WorkerLimits(long Memory, TimeSpan Cpu)
{
    /// <summary>How often it is looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a worker may take to close a connection that the host has closed. One that takes longer is in a call that does not come back.</summary>
    public TimeSpan CloseTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it may take to start.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the first new start.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, and how long a worker must live for the next one to be the first again.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);
}
