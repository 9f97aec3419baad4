namespace FilterHost;

/// <summary>What is done to a message on a judgement; a type for a plugin's settings. <see cref="JudgementActions"/> does it.</summary>
public enum MailAction
{
    /// <summary>It passes; the result is reported.</summary>
    Accept,

    /// <summary>It passes, with a header field of its own that says what was found.</summary>
    Tag,

    /// <summary>It is refused for good.</summary>
    Reject,

    /// <summary>It is refused for now.</summary>
    Tempfail,

    /// <summary>The client hears that it is accepted, and it is dropped. The host logs sender, recipients and Message-ID.</summary>
    Discard,

    /// <summary>It is held in the MTA's queue for an administrator.</summary>
    Quarantine,
}
