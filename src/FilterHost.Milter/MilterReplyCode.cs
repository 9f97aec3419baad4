namespace FilterHost.Milter;

/// <summary>Frames of a filter that are no final reply: edits, quarantine and progress.</summary>
internal static class MilterReplyCode
{
    /// <summary>SMFIR_ADDRCPT.</summary>
    public const byte AddRecipient = (byte)'+';

    /// <summary>SMFIR_ADDRCPT_PAR.</summary>
    public const byte AddRecipientWithParameters = (byte)'2';

    /// <summary>SMFIR_DELRCPT.</summary>
    public const byte DeleteRecipient = (byte)'-';

    /// <summary>SMFIR_REPLBODY.</summary>
    public const byte ReplaceBody = (byte)'b';

    /// <summary>SMFIR_CHGFROM.</summary>
    public const byte ChangeSender = (byte)'e';

    /// <summary>SMFIR_ADDHEADER.</summary>
    public const byte AddHeader = (byte)'h';

    /// <summary>SMFIR_INSHEADER.</summary>
    public const byte InsertHeader = (byte)'i';

    /// <summary>SMFIR_CHGHEADER.</summary>
    public const byte ChangeHeader = (byte)'m';

    /// <summary>SMFIR_PROGRESS.</summary>
    public const byte Progress = (byte)'p';

    /// <summary>SMFIR_QUARANTINE.</summary>
    public const byte Quarantine = (byte)'q';
}
