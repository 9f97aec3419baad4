using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>One <c>[[listener]]</c> and its place.</summary>
internal sealed record LocatedListener(ListenerSettings Settings, SettingsTable Table)
{
    /// <summary>The socket as it is to be opened: a relative path is made absolute, beside the file that names it. What is no socket stays as it is written.</summary>
    public string Socket => Address?.ToString() ?? Settings.Socket;

    /// <summary>The socket, or null if the setting is none.</summary>
    public MilterAddress? Address => MilterAddress.TryParse(Settings.Socket, out var address, out _)
        ? address.In(SettingValueReader.FolderOf(Table.Locate("socket").File))
        : null;
}
