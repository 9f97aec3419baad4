using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>One line of a daemon's configuration file that sets an option.</summary>
internal sealed record DaemonSetting(DaemonOption Option, string Value, SettingLocation Location);
