using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>One <c>[[listener]]</c> and its place.</summary>
internal sealed record LocatedListener(ListenerSettings Settings, SettingsTable Table)
{
    private const string DescriptorPrefix = "systemd:";

    /// <summary>The socket as it is to be opened: a relative path is made absolute, beside the file that names it. What is no socket stays as it is written.</summary>
    public string Socket => Address?.ToString() ?? Settings.Socket;

    /// <summary>The name of a socket that the service manager hands over, or null if the setting is not <c>systemd:NAME</c>.</summary>
    public string? DescriptorName => Settings.Socket.StartsWith(DescriptorPrefix, StringComparison.Ordinal) && Settings.Socket.Length > DescriptorPrefix.Length
        ? Settings.Socket[DescriptorPrefix.Length..]
        : null;

    /// <summary>The socket, or null if the setting names none.</summary>
    public MilterAddress? Address => MilterAddress.TryParse(Settings.Socket, out var address, out _)
        ? address.In(SettingValueReader.FolderOf(Table.Locate("socket").File))
        : null;
}
