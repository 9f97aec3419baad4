namespace FilterHost;

/// <summary>The stages with macros; the values are those of the milter protocol.</summary>
public enum MacroStage
{
    /// <summary>SMFIM_CONNECT.</summary>
    Connect = 0,

    /// <summary>SMFIM_HELO.</summary>
    Helo = 1,

    /// <summary>SMFIM_ENVFROM.</summary>
    Mail = 2,

    /// <summary>SMFIM_ENVRCPT.</summary>
    Recipient = 3,

    /// <summary>SMFIM_DATA.</summary>
    Data = 4,

    /// <summary>SMFIM_EOM.</summary>
    EndOfMessage = 5,

    /// <summary>SMFIM_EOH.</summary>
    EndOfHeaders = 6,
}
