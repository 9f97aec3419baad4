namespace FilterHost.Milter;

/// <summary>Replies of a filter; the values are those of the protocol.</summary>
public enum MilterReplyKind : byte
{
    /// <summary>SMFIR_CONTINUE.</summary>
    Continue = (byte)'c',

    /// <summary>SMFIR_ACCEPT.</summary>
    Accept = (byte)'a',

    /// <summary>SMFIR_REJECT.</summary>
    Reject = (byte)'r',

    /// <summary>SMFIR_TEMPFAIL.</summary>
    TempFail = (byte)'t',

    /// <summary>SMFIR_DISCARD.</summary>
    Discard = (byte)'d',

    /// <summary>SMFIR_SKIP.</summary>
    Skip = (byte)'s',

    /// <summary>SMFIR_REPLYCODE.</summary>
    ReplyCode = (byte)'y',
}
