namespace FilterHost;

/// <summary>The results of SPF (RFC 7208 §2.6, RFC 8601 §2.7.2).</summary>
public enum SpfOutcome
{
    /// <summary>No domain to check, or no record.</summary>
    None,

    /// <summary>The client is authorized.</summary>
    Pass,

    /// <summary>The client is not authorized.</summary>
    Fail,

    /// <summary>The client is probably not authorized.</summary>
    SoftFail,

    /// <summary>The domain does not say.</summary>
    Neutral,

    /// <summary>Local policy overrides.</summary>
    Policy,

    /// <summary>A later try may find a result.</summary>
    TempError,

    /// <summary>The domain's records cannot be interpreted.</summary>
    PermError,
}
