namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>What is done to a message for one of its parts, the weakest first: of several the strongest counts.</summary>
public enum AttachmentAction
{
    /// <summary>It passes; the log says what was found.</summary>
    Accept,

    /// <summary>It passes with a header field that says what was found.</summary>
    Tag,

    /// <summary>A text takes the place of the part.</summary>
    Strip,

    /// <summary>It is held in the MTA's queue.</summary>
    Quarantine,

    /// <summary>It is dropped.</summary>
    Discard,

    /// <summary>It is refused for now.</summary>
    Tempfail,

    /// <summary>It is refused for good.</summary>
    Reject,
}
