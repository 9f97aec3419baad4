namespace FilterHost;

/// <summary>The results of DKIM (RFC 8601 §2.7.1).</summary>
public enum DkimOutcome
{
    /// <summary>The message has no signature.</summary>
    None,

    /// <summary>The signature verifies.</summary>
    Pass,

    /// <summary>The signature does not verify.</summary>
    Fail,

    /// <summary>The signature verifies, or would, but local policy does not accept it.</summary>
    Policy,

    /// <summary>The signature could not be processed as it stands.</summary>
    Neutral,

    /// <summary>A later try may find a result.</summary>
    TempError,

    /// <summary>No later try will find a result.</summary>
    PermError,
}
