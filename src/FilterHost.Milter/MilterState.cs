namespace FilterHost.Milter;

/// <summary>How far a connection is.</summary>
internal enum MilterState : byte
{
    /// <summary>No negotiation yet.</summary>
    Opened,

    /// <summary>Negotiated, or after SMFIC_QUIT_NC: no SMTP client.</summary>
    Negotiated,

    /// <summary>An SMTP client is there, no HELO.</summary>
    Connected,

    /// <summary>Between messages.</summary>
    Greeted,

    /// <summary>After MAIL.</summary>
    Mail,

    /// <summary>After RCPT.</summary>
    Recipient,

    /// <summary>After DATA.</summary>
    Data,

    /// <summary>After a header field.</summary>
    Headers,

    /// <summary>After the end of headers.</summary>
    EndOfHeaders,

    /// <summary>After a part of the body.</summary>
    Body,
}
