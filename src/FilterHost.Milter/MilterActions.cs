namespace FilterHost.Milter;

/// <summary>What a filter may do to a message (SMFIF_).</summary>
[Flags]
public enum MilterActions : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>SMFIF_ADDHDRS.</summary>
    AddHeaders = 0x01,

    /// <summary>SMFIF_CHGBODY.</summary>
    ChangeBody = 0x02,

    /// <summary>SMFIF_ADDRCPT.</summary>
    AddRecipients = 0x04,

    /// <summary>SMFIF_DELRCPT.</summary>
    DeleteRecipients = 0x08,

    /// <summary>SMFIF_CHGHDRS.</summary>
    ChangeHeaders = 0x10,

    /// <summary>SMFIF_QUARANTINE.</summary>
    Quarantine = 0x20,

    /// <summary>SMFIF_CHGFROM.</summary>
    ChangeSender = 0x40,

    /// <summary>SMFIF_ADDRCPT_PAR.</summary>
    AddRecipientsWithParameters = 0x80,

    /// <summary>SMFIF_SETSYMLIST.</summary>
    SetMacroList = 0x100,

    /// <summary>All that version 1 knew; what an offer of zero means.</summary>
    Version1 = AddHeaders | ChangeBody | AddRecipients | DeleteRecipients,

    /// <summary>All that versions 2 to 4 knew.</summary>
    Version2 = Version1 | ChangeHeaders | Quarantine,

    /// <summary>All of version 6.</summary>
    All = 0x1FF,
}
