namespace FilterHost;

/// <summary>How a transaction ended, as far as the host knows: an MTA may still lose or refuse a message that was passed.</summary>
public enum TransactionOutcome
{
    /// <summary>Passed to the MTA, edits included.</summary>
    Passed,

    /// <summary>Refused for good.</summary>
    Rejected,

    /// <summary>Refused for now.</summary>
    TempFailed,

    /// <summary>Dropped.</summary>
    Discarded,

    /// <summary>Ended by the MTA or the client, or by a lost connection, before the host's answer.</summary>
    Aborted,
}
