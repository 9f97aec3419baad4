namespace FilterHost.Hosting.Configuration;

/// <summary>A value of the settings file with its place.</summary>
/// <param name="location">Its key; for an item of a list the item itself.</param>
/// <param name="valueLocation">The value.</param>
internal abstract class SettingNode(SettingLocation location, SettingLocation valueLocation)
{
    public SettingLocation Location { get; } = location;

    public SettingLocation ValueLocation { get; } = valueLocation;

    /// <summary>What it is, without its value: "a string".</summary>
    public abstract string Kind { get; }

    /// <summary>The child of one step of a path: a key, or an index such as <c>[0]</c>.</summary>
    public virtual SettingNode? Child(string step) => null;
}
