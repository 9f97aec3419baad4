using System.Text.RegularExpressions;

namespace FilterHost.Hosting.Configuration;

/// <summary>One reading of the settings.</summary>
internal sealed partial class SettingsLoad(ProblemList problems, Func<string, string?> environment)
{
    private readonly SettingsBinder _binder = new(environment);

    public LoadedSettings? Load(string path)
    {
        var files = new SettingsInclusion(problems);
        return files.Read(path) is { } root ? Bind(root, files.Files) : null;
    }

    /// <summary>Binds a text that is in no file.</summary>
    /// <param name="text">The settings.</param>
    /// <param name="name">A path for messages; relative paths in the text are relative to its folder.</param>
    public LoadedSettings? LoadText(string text, string name) => SettingsSyntax.Parse(text, name, problems) is { } root ? Bind(root, [name]) : null;

    private LoadedSettings Bind(SettingsTable root, IReadOnlyList<string> files)
    {
        var host = _binder.Bind<HostSettings>(root, new HashSet<string> { "filter", "service", "listener" }, problems) ?? new HostSettings();
        var instances = Instances(root);
        var loaded = new LoadedSettings(host, Listeners(root), instances, root) { Files = files };
        SettingsCrossCheck.Run(loaded, problems);
        return loaded;
    }

    /// <summary>The filters and services alone.</summary>
    public static IReadOnlyList<InstanceSettings> InstancesOf(SettingsTable root, ProblemList problems) =>
        new SettingsLoad(problems, Environment.GetEnvironmentVariable).Instances(root);

    private List<InstanceSettings> Instances(SettingsTable root) => [.. Instances(root, "filter", InstanceKind.Filter), .. Instances(root, "service", InstanceKind.Service)];

    private IEnumerable<InstanceSettings> Instances(SettingsTable root, string name, InstanceKind kind)
    {
        if (!root.TryGet(name, out var node))
            yield break;
        if (node is not SettingsTable group)
        {
            problems.Error($"expected tables [{name}.NAME], found {node.Kind}", node.Location);
            yield break;
        }
        foreach (var (instance, entry) in group.Entries)
        {
            if (Instance(instance, entry, kind) is { } settings)
                yield return settings;
        }
    }

    private InstanceSettings? Instance(string name, SettingNode node, InstanceKind kind)
    {
        var before = problems.Count;
        if (node is not SettingsTable table)
        {
            problems.Error($"expected a table, found {node.Kind}", node.ValueLocation);
            return null;
        }
        if (!InstanceName().IsMatch(name))
            problems.Error("a name has at most 64 letters, digits, hyphens and underscores, and begins with a letter or digit", table.Location);
        if (kind == InstanceKind.Service)
            RefuseFilterKeys(table);
        var host = _binder.Bind<InstanceHostSettings>(HostPart(table), new HashSet<string>(), problems);
        return host is null || problems.Count != before ? null : new InstanceSettings(name, kind, host, table);
    }

    private void RefuseFilterKeys(SettingsTable table)
    {
        foreach (var key in new[] { "on_error", "time_limit", "isolation", "isolation_memory", "isolation_cpu" })
        {
            if (table.TryGet(key, out var node))
                problems.Error("only a filter has this key; a service is called by filters, whose own keys count", node.Location);
        }
    }

    private static SettingsTable HostPart(SettingsTable table)
    {
        var part = new SettingsTable(table.Location, table.ValueLocation);
        foreach (var (key, node) in table.Entries.Where(entry => InstanceSettings.HostKeys.Contains(entry.Key)))
            part.TryAdd(key, node);
        return part;
    }

    private List<LocatedListener> Listeners(SettingsTable root)
    {
        var listeners = new List<LocatedListener>();
        if (!root.TryGet("listener", out var node))
            return listeners;
        if (node is not SettingsArray)
            problems.Error($"expected [[listener]], found {node.Kind}; write two brackets, since there may be several", node.Location);
        foreach (var item in (node as SettingsArray)?.Items ?? [])
        {
            if (item is not SettingsTable table)
                problems.Error($"expected [[listener]], found {item.Kind}", item.ValueLocation);
            else if (_binder.Bind<ListenerSettings>(table, new HashSet<string>(), problems) is { } settings)
                listeners.Add(new LocatedListener(settings, table));
        }
        return listeners;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceName();
}
