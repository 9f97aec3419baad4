using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>What an instance was made of: while all of it stays as it is, so does the instance.</summary>
/// <param name="Table">The table.</param>
/// <param name="Code">The plugin's code, a use of which is the instance's; null where that is in another process.</param>
/// <param name="Settings">What was bound of the table.</param>
internal sealed record InstanceOrigin(InstanceSettings Table, PluginCode? Code, object Settings)
{
    /// <summary>True where the same would come of the other.</summary>
    public bool IsSame(InstanceOrigin other) =>
        Code is not null && ReferenceEquals(Code, other.Code)
        && Table.Kind == other.Table.Kind
        && SettingValueReader.FolderOf(Table.Table.Location.File) == SettingValueReader.FolderOf(other.Table.Table.Location.File)
        && new SettingsEquality(asksFiles: true).AreEqual(Table.Host, other.Table.Host)
        && new SettingsEquality(asksFiles: true).AreEqual(Settings, other.Settings);
}
