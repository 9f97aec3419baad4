using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Isolation;

/// <summary>A value of the settings with its place, on its way to a worker: what is wrong with it is said with file and line, whoever finds it.</summary>
internal sealed record CarriedSetting
{
    public required SettingLocation At { get; init; }

    public required SettingLocation ValueAt { get; init; }

    public string? Text { get; init; }

    public long? Number { get; init; }

    public double? Fraction { get; init; }

    public bool? Truth { get; init; }

    public bool IsTableArray { get; init; }

    public IReadOnlyList<CarriedSetting>? Items { get; init; }

    /// <summary>Of a table; a list, since the order of the keys counts.</summary>
    public IReadOnlyList<KeyValuePair<string, CarriedSetting>>? Entries { get; init; }

    public static CarriedSetting Of(SettingNode node)
    {
        var carried = new CarriedSetting { At = node.Location, ValueAt = node.ValueLocation };
        return node switch
        {
            SettingsTable table => carried with { Entries = [.. table.Entries.Select(entry => KeyValuePair.Create(entry.Key, Of(entry.Value)))] },
            SettingsArray array => carried with { Items = [.. array.Items.Select(Of)], IsTableArray = array.IsTableArray },
            SettingScalar { Value: var value } => carried with { Text = value as string, Number = value as long?, Fraction = value as double?, Truth = value as bool? },
            _ => carried,
        };
    }

    public SettingNode ToNode() =>
        Entries is not null ? ToTable()
        : Items is not null ? ToArray(Items)
        : new SettingScalar(Text ?? Number ?? Fraction ?? (object?)Truth, At, ValueAt);

    /// <summary>The table that it is.</summary>
    public SettingsTable ToTable()
    {
        var table = new SettingsTable(At, ValueAt);
        foreach (var (key, value) in Entries ?? [])
            table.TryAdd(key, value.ToNode());
        return table;
    }

    private SettingsArray ToArray(IReadOnlyList<CarriedSetting> items)
    {
        var array = new SettingsArray(At, ValueAt, IsTableArray);
        foreach (var item in items)
            array.Add(item.ToNode());
        return array;
    }
}
