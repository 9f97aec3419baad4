using FilterHost.Hosting.Configuration;

namespace FilterHost.Testing;

/// <summary>A plugin with its table of the settings: text that is yet to be bound, or a record.</summary>
internal sealed class PluginTable
{
    private const string File = "settings";

    private readonly Func<FilterPlugin> _create;
    private readonly string? _text;
    private readonly object? _record;

    private PluginTable(Type plugin, Func<FilterPlugin> create, string? text, object? record)
    {
        (_create, _text, _record) = (create, text, record);
        var name = SettingKey.InSnakeCase(plugin.Name);
        Name = name.EndsWith("_plugin", StringComparison.Ordinal) ? name[..^"_plugin".Length] : name;
    }

    /// <summary>The name of the table.</summary>
    public string Name { get; }

    public static PluginTable OfText<TPlugin>(string text)
        where TPlugin : FilterPlugin, new() => new(typeof(TPlugin), static () => new TPlugin(), text, null);

    public static PluginTable OfRecord<TSettings>(FilterPlugin<TSettings> plugin, TSettings settings)
        where TSettings : class => new(plugin.GetType(), () => plugin, null, settings);

    /// <summary>Binds the table as the host does; null, with the problems, where it is wrong.</summary>
    public BoundTable? Bind(ProblemList problems)
    {
        if (SettingsSyntax.Parse(_text ?? "", File, problems) is not { } table)
            return null;
        // The file would name the plugin; a test names its class.
        table.TryAdd("plugin", new SettingScalar(Name, table.Location, table.Location));
        var plugin = _create();
        var host = new SettingsBinder().Bind<InstanceHostSettings>(HostPart(table), new HashSet<string>(), problems);
        var settings = _record ?? new SettingsBinder().Bind(plugin.SettingsType, table, InstanceSettings.HostKeys, problems);
        return host is null || settings is null ? null : new BoundTable(Name, plugin, settings, host, table);
    }

    private static SettingsTable HostPart(SettingsTable table)
    {
        var part = new SettingsTable(table.Location, table.ValueLocation);
        foreach (var (key, node) in table.Entries.Where(entry => InstanceSettings.HostKeys.Contains(entry.Key)))
            part.TryAdd(key, node);
        return part;
    }
}
