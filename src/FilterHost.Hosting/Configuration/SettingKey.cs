using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FilterHost.Hosting.Configuration;

/// <summary>A key that a settings record documents. Found anew at each use: a list kept by type would pin a plugin that is to unload.</summary>
internal sealed record SettingKey(string Name, PropertyInfo Property, SettingAttribute Attribute, bool IsRequired)
{
    public Type Type => Property.PropertyType;

    /// <summary>The keys of a record, in the order it declares them.</summary>
    public static IReadOnlyList<SettingKey> Of(Type record)
    {
        var keys = new List<SettingKey>();
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.MetadataToken))
        {
            if (property.GetCustomAttribute<SettingAttribute>() is { } attribute && property.CanWrite)
                keys.Add(new SettingKey(InSnakeCase(property.Name), property, attribute, property.IsDefined(typeof(RequiredMemberAttribute))));
        }
        return keys;
    }

    /// <summary><c>EndOfMessage</c> is <c>end_of_message</c>.</summary>
    public static string InSnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
