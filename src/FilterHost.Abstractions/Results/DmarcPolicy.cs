namespace FilterHost;

/// <summary>What a domain asks for mail that fails (RFC 9989 §4.7, tags <c>p</c>, <c>sp</c>, <c>np</c>).</summary>
public enum DmarcPolicy
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Treat with suspicion.</summary>
    Quarantine,

    /// <summary>Reject.</summary>
    Reject,
}
