namespace FilterHost.Milter;

/// <summary>Commands of the MTA.</summary>
public enum MilterCommand : byte
{
    /// <summary>SMFIC_OPTNEG.</summary>
    Negotiate = (byte)'O',

    /// <summary>SMFIC_MACRO.</summary>
    Macro = (byte)'D',

    /// <summary>SMFIC_CONNECT.</summary>
    Connect = (byte)'C',

    /// <summary>SMFIC_HELO.</summary>
    Helo = (byte)'H',

    /// <summary>SMFIC_MAIL.</summary>
    Mail = (byte)'M',

    /// <summary>SMFIC_RCPT.</summary>
    Recipient = (byte)'R',

    /// <summary>SMFIC_DATA.</summary>
    Data = (byte)'T',

    /// <summary>SMFIC_HEADER.</summary>
    Header = (byte)'L',

    /// <summary>SMFIC_EOH.</summary>
    EndOfHeaders = (byte)'N',

    /// <summary>SMFIC_BODY.</summary>
    Body = (byte)'B',

    /// <summary>SMFIC_BODYEOB.</summary>
    EndOfMessage = (byte)'E',

    /// <summary>SMFIC_UNKNOWN.</summary>
    Unknown = (byte)'U',

    /// <summary>SMFIC_ABORT.</summary>
    Abort = (byte)'A',

    /// <summary>SMFIC_QUIT.</summary>
    Quit = (byte)'Q',

    /// <summary>SMFIC_QUIT_NC: the connection stays for another SMTP client.</summary>
    QuitNewConnection = (byte)'K',
}
