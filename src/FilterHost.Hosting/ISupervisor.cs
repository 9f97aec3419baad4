namespace FilterHost.Hosting;

/// <summary>Who started the host and wants to hear how it fares.</summary>
internal interface ISupervisor
{
    /// <summary>The host serves from now on.</summary>
    /// <param name="status">What it does, in words.</param>
    /// <param name="pulse">Tells at any later time whether it still works.</param>
    void Serving(string status, HostPulse pulse);

    /// <summary>The host has begun to take in new settings; it serves by the old ones meanwhile.</summary>
    void Reloading();

    /// <summary>It has taken them, or keeps the old ones.</summary>
    /// <param name="status">What it does, in words.</param>
    void Reloaded(string status);

    /// <summary>The host has begun to stop.</summary>
    /// <param name="deadline">What messages in hand may take.</param>
    void Stopping(TimeSpan deadline);
}
