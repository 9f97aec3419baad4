namespace FilterHost.Hosting;

/// <summary>How a run of the host ended.</summary>
internal enum HostOutcome
{
    /// <summary>It was asked to stop.</summary>
    Stopped,

    /// <summary>An address is in use.</summary>
    AddressInUse,

    /// <summary>A socket cannot be opened for another reason.</summary>
    CannotListen,

    /// <summary>A plugin failed to start.</summary>
    CannotStart,
}
