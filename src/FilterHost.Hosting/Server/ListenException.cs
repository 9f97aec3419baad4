using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Server;

/// <summary>A listener cannot start; the message is for the administrator.</summary>
internal sealed class ListenException(string message, bool isAddressInUse = false) : Exception(message)
{
    /// <summary>True if another process has the address: waiting may help, so the program ends with EX_TEMPFAIL.</summary>
    public bool IsAddressInUse { get; } = isAddressInUse;

    /// <summary>Where the settings ask for it; null where it does not come from them.</summary>
    public SettingLocation? Location { get; set; }
}
