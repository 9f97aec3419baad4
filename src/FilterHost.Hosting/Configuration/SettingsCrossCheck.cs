namespace FilterHost.Hosting.Configuration;

/// <summary>Checks that tables fit each other.</summary>
internal static class SettingsCrossCheck
{
    private static readonly string[] OfUnixSockets = ["mode", "owner", "group"];

    public static void Run(LoadedSettings loaded, ProblemList problems)
    {
        var known = loaded.Root.Table("filter")?.Keys.ToList() ?? [];
        foreach (var listener in loaded.Listeners)
        {
            CheckFilters(listener, known, problems);
            CheckSocket(listener, problems);
        }
        CheckSameSocket(loaded.Listeners, problems);
        CheckUnused(loaded, problems);
        CheckProviders(loaded, problems);
        if (!loaded.Root.TryGet("listener", out _))
            problems.Error("there is no [[listener]]: the host would do nothing", loaded.Root.Location);
    }

    /// <summary>The socket, its mode, and who may reach it.</summary>
    public static void CheckSocket(LocatedListener listener, ProblemList problems)
    {
        var (settings, table) = listener;
        if (listener.Address is not { } socket)
        {
            problems.Error($"expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH or local:PATH, found \"{settings.Socket}\"", table.Locate("socket"));
            return;
        }
        if (!ListenerSettings.TryParseMode(settings.Mode, out _))
            problems.Error($"expected an octal file mode such as \"0660\", found \"{settings.Mode}\"", table.Locate("mode"));
        if (!socket.IsLoopback && settings.Allow.Count == 0)
            problems.Error($"'{settings.Socket}' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]", table.Locate("socket"));
        foreach (var key in socket.Path is not null ? [] : OfUnixSockets.Where(table.Entries.ContainsKey))
            problems.Error("only a Unix socket has this key", table.Locate(key));
        if (socket.Path is not null && table.TryGet("allow", out var allow))
            problems.Error("a Unix socket has no networks; `mode`, `owner` and `group` say who may connect", allow.Location);
    }

    private static void CheckFilters(LocatedListener listener, List<string> known, ProblemList problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < listener.Settings.Filters.Count; i++)
        {
            var name = listener.Settings.Filters[i];
            var at = listener.Table.Locate($"filters[{i}]");
            if (!known.Contains(name))
                problems.Error($"there is no [filter.{name}]{Hint(name, known)}", at);
            else if (!seen.Add(name))
                problems.Error($"the filter '{name}' is listed twice; for two passes with different settings write two tables", at);
        }
    }

    private static void CheckSameSocket(IReadOnlyList<LocatedListener> listeners, ProblemList problems)
    {
        var first = new Dictionary<string, SettingLocation>(StringComparer.Ordinal);
        foreach (var listener in listeners)
        {
            var at = listener.Table.Locate("socket");
            if (!first.TryAdd(listener.Socket, at))
                problems.Error($"the socket is already that of the listener at {first[listener.Socket] with { Key = "" }}", at);
        }
    }

    private static void CheckUnused(LoadedSettings loaded, ProblemList problems)
    {
        var used = loaded.Listeners.SelectMany(listener => listener.Settings.Filters).ToHashSet(StringComparer.Ordinal);
        foreach (var instance in loaded.Instances.Where(instance => instance.Kind == InstanceKind.Filter && !used.Contains(instance.Name)))
            problems.Warning("no listener uses this filter", instance.Table.Location);
    }

    private static void CheckProviders(LoadedSettings loaded, ProblemList problems)
    {
        var services = loaded.Root.Table("service")?.Keys.ToList() ?? [];
        foreach (var instance in loaded.Instances)
        {
            foreach (var (key, name) in new[] { ("resolver", instance.Host.Resolver), ("key_store", instance.Host.KeyStore) })
            {
                if (name is not null && !services.Contains(name))
                    problems.Error($"there is no [service.{name}]{Hint(name, services)}", instance.Table.Locate(key));
            }
        }
    }

    private static string Hint(string name, List<string> known) => NearestName.Hint(name, known) is { Length: > 0 } hint ? hint
        : known.Count == 0 ? "; there is none at all"
        : $"; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
}
