namespace FilterHost.Milter;

/// <summary>A filter's reply to a command.</summary>
public readonly record struct MilterReply
{
    private MilterReply(MilterReplyKind kind, SmtpReply? smtpReply = null) => (Kind, SmtpReply) = (kind, smtpReply);

    /// <summary>SMFIR_CONTINUE.</summary>
    public static MilterReply Continue { get; } = new(MilterReplyKind.Continue);

    /// <summary>SMFIR_ACCEPT.</summary>
    public static MilterReply Accept { get; } = new(MilterReplyKind.Accept);

    /// <summary>SMFIR_REJECT.</summary>
    public static MilterReply Reject { get; } = new(MilterReplyKind.Reject);

    /// <summary>SMFIR_TEMPFAIL.</summary>
    public static MilterReply TempFail { get; } = new(MilterReplyKind.TempFail);

    /// <summary>SMFIR_DISCARD.</summary>
    public static MilterReply Discard { get; } = new(MilterReplyKind.Discard);

    /// <summary>SMFIR_SKIP; the session sends it only where it was negotiated, and Continue elsewhere.</summary>
    public static MilterReply Skip { get; } = new(MilterReplyKind.Skip);

    /// <summary>The kind.</summary>
    public MilterReplyKind Kind { get; }

    /// <summary>The text of <see cref="MilterReplyKind.ReplyCode"/>.</summary>
    public SmtpReply? SmtpReply { get; }

    /// <summary>SMFIR_REPLYCODE.</summary>
    public static MilterReply WithCode(SmtpReply reply) => new(MilterReplyKind.ReplyCode, reply);
}
