using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Plugins;

/// <summary>Checks that a settings file can give every setting of a plugin, before there is a file that tries.</summary>
internal static class SettingsRecordCheck
{
    /// <summary>What is wrong with the settings record of a plugin class, as the end of a sentence that begins with the plugin; null where nothing is.</summary>
    public static string? ProblemOf(Type record) => ProblemOf(record, []);

    private static string? ProblemOf(Type record, HashSet<Type> seen)
    {
        if (!seen.Add(record))
            return null;
        foreach (var key in SettingKey.Of(record))
        {
            var type = ItemOf(key.Type);
            var problem = SettingType.IsRecord(type) ? ProblemOf(type, seen)
                : SettingType.IsScalar(type) ? null
                : $"has a setting that no file can give: {record.Name}.{key.Property.Name} is of type {key.Type}";
            if (problem is not null)
                return problem;
        }
        return null;
    }

    private static Type ItemOf(Type type)
    {
        type = SettingType.Plain(type);
        if (SettingType.IsList(type, out var item))
            return ItemOf(item);
        return SettingType.IsDictionary(type, out var value) ? ItemOf(value) : type;
    }
}
