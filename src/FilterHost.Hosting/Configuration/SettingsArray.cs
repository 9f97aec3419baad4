using System.Globalization;

namespace FilterHost.Hosting.Configuration;

/// <summary>A list of values, or the tables of one <c>[[name]]</c>.</summary>
internal sealed class SettingsArray(SettingLocation location, SettingLocation valueLocation, bool isTableArray = false) : SettingNode(location, valueLocation)
{
    private readonly List<SettingNode> _items = [];

    public IReadOnlyList<SettingNode> Items => _items;

    /// <summary>True if it was written as <c>[[name]]</c>.</summary>
    public bool IsTableArray { get; } = isTableArray;

    public override string Kind => "a list";

    internal void Add(SettingNode item) => _items.Add(item);

    public override SettingNode? Child(string step) =>
        step is ['[', .. var digits, ']']
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < _items.Count
                ? _items[index]
                : null;
}
