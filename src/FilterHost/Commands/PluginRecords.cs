using FilterHost.Hosting.Plugins;

namespace FilterHost.Commands;

/// <summary>The settings records of plugins, which are loaded as long as this lives.</summary>
internal sealed class PluginRecords : IDisposable
{
    private readonly List<PluginCode> _code = [];

    /// <summary>Loads one plugin, or all of the folders.</summary>
    public PluginRecords(PluginCatalog catalog, string? wanted)
    {
        var records = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var name in wanted is null ? catalog.Names() : [wanted])
        {
            if (catalog.Load(name, Environment.CurrentDirectory, out var problem) is not { } code)
            {
                problems.Add(problem!);
                continue;
            }
            _code.Add(code);
            records[code.Name] = code.SettingsType;
        }
        (Records, Problems) = (records, problems);
    }

    /// <summary>By the plugin's name, in the order of the names.</summary>
    public IReadOnlyDictionary<string, Type> Records { get; }

    public IReadOnlyList<string> Problems { get; }

    public void Dispose()
    {
        foreach (var code in _code)
            code.Release();
    }
}
