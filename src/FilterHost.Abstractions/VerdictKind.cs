namespace FilterHost;

/// <summary>The kinds of <see cref="Verdict"/>.</summary>
public enum VerdictKind
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>This filter is done with the message; the others go on.</summary>
    Accept,

    /// <summary>Refuse for good, with the reply of the verdict.</summary>
    Reject,

    /// <summary>Refuse for now, with the reply of the verdict.</summary>
    TempFail,

    /// <summary>Accept towards the client and drop the message.</summary>
    Discard,
}
