namespace FilterHost.Hosting.Configuration;

/// <summary>Where a filter runs.</summary>
internal enum IsolationKind
{
    /// <summary>In the host.</summary>
    None,

    /// <summary>In a worker process.</summary>
    Process,
}
