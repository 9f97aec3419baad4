using FilterHost.Hosting.Configuration;

namespace FilterHost.Testing;

/// <summary>A table that was bound, with its plugin.</summary>
internal sealed record BoundTable(string Name, FilterPlugin Plugin, object Settings, InstanceHostSettings Host, SettingsTable Table);
