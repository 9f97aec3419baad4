namespace FilterHost.Hosting.Configuration;

/// <summary>The settings of a host, as its files have them. What could not be bound is left out and stands in the list of problems, so that plugins can be checked all the same.</summary>
internal sealed record LoadedSettings(HostSettings Host, IReadOnlyList<LocatedListener> Listeners, IReadOnlyList<InstanceSettings> Instances, SettingsTable Root)
{
    /// <summary>The files that were read, in the order they were read.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}
