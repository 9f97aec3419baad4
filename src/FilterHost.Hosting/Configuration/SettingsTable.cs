using System.Diagnostics.CodeAnalysis;

namespace FilterHost.Hosting.Configuration;

/// <summary>A table of the settings file; its keys keep their order and every key and value its place.</summary>
internal sealed class SettingsTable(SettingLocation location, SettingLocation valueLocation) : SettingNode(location, valueLocation)
{
    private readonly OrderedDictionary<string, SettingNode> _entries = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, SettingNode> Entries => _entries;

    public IEnumerable<string> Keys => _entries.Keys;

    public override string Kind => "a table";

    public bool TryGet(string key, [NotNullWhen(true)] out SettingNode? node) => _entries.TryGetValue(key, out node);

    public string? Text(string key) => Scalar(key) as string;

    public long? Integer(string key) => Scalar(key) as long?;

    public bool? Boolean(string key) => Scalar(key) as bool?;

    public SettingsTable? Table(string key) => _entries.GetValueOrDefault(key) as SettingsTable;

    public SettingsArray? Array(string key) => _entries.GetValueOrDefault(key) as SettingsArray;

    /// <summary>
    /// The place of <paramref name="path"/> (<c>keys[0].file</c>); where the file does not have it, the place of its nearest parent, under the key that was asked for.
    /// </summary>
    /// <param name="path">Keys and indices below this table; null is the table itself.</param>
    public SettingLocation Locate(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return Location;
        SettingNode nearest = this;
        var whole = true;
        foreach (var step in SettingPath.Steps(path))
        {
            if (nearest.Child(step) is not { } child)
            {
                whole = false;
                break;
            }
            nearest = child;
        }
        return whole ? nearest.Location : nearest.Location with { Key = SettingPath.Join(Location.Key, path) };
    }

    public override SettingNode? Child(string step) => _entries.GetValueOrDefault(step);

    internal bool TryAdd(string key, SettingNode node) => _entries.TryAdd(key, node);

    internal void Remove(string key) => _entries.Remove(key);

    private object? Scalar(string key) => (_entries.GetValueOrDefault(key) as SettingScalar)?.Value;
}
