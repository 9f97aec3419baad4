using System.Buffers;

namespace FilterHost.Hosting.Configuration;

/// <summary>Checks that tables fit each other.</summary>
internal static class SettingsCrossCheck
{
    // RFC 3164 §4.1.3: the first character that is none of these ends the tag.
    private static readonly SearchValues<char> OfProgramNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./");

    private static readonly string[] OfUnixSockets = ["mode", "owner", "group"];

    public static void Run(LoadedSettings loaded, ProblemList problems)
    {
        var known = loaded.Root.Table("filter")?.Keys.ToList() ?? [];
        foreach (var listener in loaded.Listeners)
        {
            CheckFilters(listener, known, problems);
            CheckSocket(listener, problems);
            CheckTrust(listener, loaded.Host, problems);
        }
        CheckSameSocket(loaded.Listeners, problems);
        CheckUnused(loaded, problems);
        CheckProviders(loaded, problems);
        CheckProcess(loaded, problems);
        if (!loaded.Root.TryGet("listener", out _))
            problems.Error("there is no [[listener]]: the host would do nothing", loaded.Root.Location);
    }

    /// <summary>The socket, its mode, and who may reach it.</summary>
    public static void CheckSocket(LocatedListener listener, ProblemList problems)
    {
        var (settings, table) = listener;
        if (listener.DescriptorName is not null)
        {
            foreach (var key in OfUnixSockets.Where(table.Entries.ContainsKey))
                problems.Error("the service manager made the socket, and its unit has this setting (SocketMode=, SocketUser=, SocketGroup=)", table.Locate(key));
            return;
        }
        if (listener.Address is not { } socket)
        {
            problems.Error($"expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"{settings.Socket}\"", table.Locate("socket"));
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

    // An id of ours is written by this host alone; who else may write it could be anybody.
    private static void CheckTrust(LocatedListener listener, HostSettings host, ProblemList problems)
    {
        string?[] ours = [listener.Settings.AuthservId ?? host.AuthservId, .. host.AlsoOurs];
        for (var i = 0; i < listener.Settings.TrustResultsFrom.Count; i++)
        {
            if (ours.Contains(listener.Settings.TrustResultsFrom[i], StringComparer.OrdinalIgnoreCase))
                problems.Error("this name is ours, and fields under it that this host did not write are forged; give the other program a name of its own", listener.Table.Locate($"trust_results_from[{i}]"));
        }
        if (listener.Settings.TrustResultsFrom.Count > 0 && ours[0] is null)
            problems.Error("`authserv_id` must be set where `trust_results_from` is, so that the two are seen to differ", listener.Table.Locate("trust_results_from"));
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

    private static void CheckProcess(LoadedSettings loaded, ProblemList problems)
    {
        if (loaded.Host.Umask is { } umask && !ListenerSettings.TryParseMode(umask, out _))
            problems.Error($"expected an octal file mode such as \"0027\", found \"{umask}\"", loaded.Root.Locate("umask"));
        if (loaded.Host.SyslogName is var name && (name.Length is < 1 or > 32 || name.AsSpan().ContainsAnyExcept(OfProgramNames)))
            problems.Error($"expected 1 to 32 letters, digits and -_./, found \"{name}\"", loaded.Root.Locate("syslog_name"));
        if (loaded.Host.Group is not null && loaded.Host.User is null)
            problems.Error("`group` needs `user`", loaded.Root.Locate("group"));
    }

    private static string Hint(string name, List<string> known) => NearestName.Hint(name, known) is { Length: > 0 } hint ? hint
        : known.Count == 0 ? "; there is none at all"
        : $"; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
}
