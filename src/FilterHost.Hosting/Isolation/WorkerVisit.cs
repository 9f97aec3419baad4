namespace FilterHost.Hosting.Isolation;

/// <summary>A message's stay in a worker.</summary>
internal sealed class WorkerVisit
{
    /// <summary>The CPU time that the worker has taken for it. The watch alone counts.</summary>
    public TimeSpan Cpu { get; set; }
}
