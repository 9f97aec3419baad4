namespace FilterHost.Hosting.Configuration;

/// <summary>One <c>[filter.NAME]</c> or <c>[service.NAME]</c>.</summary>
/// <param name="Name">NAME: letters, digits, hyphen and underscore, so that it can name a folder.</param>
/// <param name="Kind">Filter or service.</param>
/// <param name="Host">The host's own keys.</param>
/// <param name="Table">The whole table; the plugin's keys are those that are not in <see cref="HostKeys"/>.</param>
internal sealed record InstanceSettings(string Name, InstanceKind Kind, InstanceHostSettings Host, SettingsTable Table)
{
    /// <summary>The keys that the host takes out of every instance's table.</summary>
    public static IReadOnlySet<string> HostKeys { get; } = SettingKey.Of(typeof(InstanceHostSettings)).Select(key => key.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The name of the plugin.</summary>
    public string Plugin => Host.Plugin;

    /// <summary>The table as the file writes it: <c>filter.sign</c>.</summary>
    public string TableName => Table.Location.Key;
}
