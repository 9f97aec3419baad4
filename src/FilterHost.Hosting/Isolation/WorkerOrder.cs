using FilterHost.Hosting.Configuration;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>
/// What a worker is to do: the first line that it reads. The settings are those that the host runs with, whatever has become of their files since. They come through a pipe, so that no secret in them
/// stands on a command line, in an environment or in a file.
/// </summary>
internal sealed record WorkerOrder
{
    /// <summary>The filter's table: <c>filter.sign</c>.</summary>
    public required string Filter { get; init; }

    /// <summary>The word that host and worker know each other's words by. It is made anew for each worker and nobody who sends mail can know it.</summary>
    public required string Token { get; init; }

    /// <summary>Where the worker listens.</summary>
    public required string Socket { get; init; }

    /// <summary>False leaves out what the plugins check themselves.</summary>
    public bool RunsChecks { get; init; }

    /// <summary>The filter's table and those of all services.</summary>
    public required CarriedSetting Settings { get; init; }

    public required string StateDirectory { get; init; }

    public required string TempDirectory { get; init; }

    public required IReadOnlyList<string> PluginDirectories { get; init; }

    public LogLevel LogLevel { get; init; }

    public TimeSpan StopDeadline { get; init; }

    public long MaximumHeaderSize { get; init; }

    public int MaximumHeaderFields { get; init; }

    public long BodyMemory { get; init; }

    public long BodyMemoryTotal { get; init; }

    /// <summary>The order for a filter.</summary>
    public static WorkerOrder Of(InstanceSettings filter, LoadedSettings settings, string socket, bool runsChecks) => new()
    {
        Filter = filter.TableName,
        Token = "",
        Socket = socket,
        RunsChecks = runsChecks,
        Settings = CarriedSetting.Of(TablesFor(filter, settings)),
        StateDirectory = settings.Host.StateDirectory.FullName,
        TempDirectory = settings.Host.TempDirectory.FullName,
        PluginDirectories = [.. settings.Host.PluginDirectories.Select(directory => directory.FullName)],
        LogLevel = settings.Host.LogLevel,
        StopDeadline = settings.Host.StopDeadline,
        MaximumHeaderSize = settings.Host.MaximumHeaderSize.Octets,
        MaximumHeaderFields = settings.Host.MaximumHeaderFields,
        BodyMemory = settings.Host.BodyMemory.Octets,
        BodyMemoryTotal = settings.Host.BodyMemoryTotal.Octets,
    };

    /// <summary>The settings again, as a host has them.</summary>
    public LoadedSettings ToSettings(ProblemList problems)
    {
        var host = new HostSettings
        {
            StateDirectory = new DirectoryInfo(StateDirectory),
            TempDirectory = new DirectoryInfo(TempDirectory),
            PluginDirectories = [.. PluginDirectories.Select(path => new DirectoryInfo(path))],
            LogLevel = LogLevel,
        };
        var root = Settings.ToTable();
        return new LoadedSettings(host, [], SettingsLoad.InstancesOf(root, problems), root) { Files = [root.Location.File] };
    }

    private static SettingsTable TablesFor(InstanceSettings filter, LoadedSettings settings)
    {
        var root = new SettingsTable(settings.Root.Location, settings.Root.ValueLocation);
        var group = settings.Root.Table("filter")!;
        var filters = new SettingsTable(group.Location, group.ValueLocation);
        filters.TryAdd(filter.Name, filter.Table);
        root.TryAdd("filter", filters);
        if (settings.Root.Table("service") is { } services)
            root.TryAdd("service", services);
        return root;
    }
}
