namespace FilterHost;

/// <summary>The results of DMARC (RFC 9989 §9.1).</summary>
public enum DmarcOutcome
{
    /// <summary>No policy was found, or DMARC does not apply.</summary>
    None,

    /// <summary>An aligned identifier passed.</summary>
    Pass,

    /// <summary>No aligned identifier passed.</summary>
    Fail,

    /// <summary>A later try may find a result.</summary>
    TempError,

    /// <summary>No later try will find a result.</summary>
    PermError,
}
