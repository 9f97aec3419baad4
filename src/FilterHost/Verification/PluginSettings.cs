using FilterHost.Hosting.Configuration;

namespace FilterHost.Verification;

/// <summary>The table of a plugin under verification, from a file or from the command line.</summary>
internal static class PluginSettings
{
    /// <summary>The lines of the table: those of a file of that name, else the text itself; null, with a problem, where that is not TOML.</summary>
    public static SettingsTable? Read(string? given, string plugin, ProblemList problems)
    {
        try
        {
            var isFile = given is not null && File.Exists(given);
            var table = SettingsSyntax.Parse(isFile ? File.ReadAllText(given!) : given ?? "", isFile ? given! : "--settings", problems);
            // The file of a host would name it.
            table?.TryAdd("plugin", new SettingScalar(plugin, table.Location, table.Location));
            return table;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"{given} cannot be read: {exception.Message}");
            return null;
        }
    }

    /// <summary>The host's own keys of the table.</summary>
    public static InstanceHostSettings? HostPart(SettingsTable table, ProblemList problems)
    {
        var part = new SettingsTable(table.Location, table.ValueLocation);
        foreach (var (key, node) in table.Entries.Where(entry => InstanceSettings.HostKeys.Contains(entry.Key)))
            part.TryAdd(key, node);
        return new SettingsBinder().Bind<InstanceHostSettings>(part, new HashSet<string>(), problems);
    }
}
