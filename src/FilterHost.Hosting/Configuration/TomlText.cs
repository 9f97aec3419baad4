using System.Collections;
using System.Globalization;
using System.Net;
using System.Text;
using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>Values as the settings file writes them.</summary>
internal static class TomlText
{
    /// <summary>
    /// A default, or null where there is none to show: a null, a path (it depends on the machine; the setting's text says where it is), a secret, a nested table.
    /// </summary>
    public static string? Of(object? value) => value switch
    {
        null or FileSystemInfo or Secret => null,
        string text => Quote(text),
        bool flag => flag ? "true" : "false",
        double or float => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? Number(number) : null,
        TimeSpan duration => Quote(Duration.Format(duration)),
        Enum => Quote(SettingKey.InSnakeCase(value.ToString()!)),
        ByteSize or DomainName or IPAddress or IPEndPoint or IPNetwork or HostPattern or MacroCondition => Quote(value.ToString()!),
        IDictionary { Count: 0 } => "{}",
        IDictionary => null,
        IEnumerable items => List(items),
        _ when SettingType.IsInteger(value.GetType(), out _, out _) => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A basic string; its escapes are also those of JSON.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                '\t' => "\\t",
                _ when char.IsControl(character) => $"\\u{(int)character:X4}",
                _ => character.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>A value of the type that could stand in a file, for keys whose default says nothing.</summary>
    public static string Sample(Type type, SettingAttribute attribute)
    {
        type = SettingType.Plain(type);
        if (SettingType.IsList(type, out var item))
            return $"[{Sample(item, attribute)}]";
        if (SettingType.IsDictionary(type, out var value))
            return $"{{ name = {Sample(value, attribute)} }}";
        if (type.IsEnum)
            return Quote(SettingType.EnumNames(type).First());
        return SettingType.IsRecord(type) ? SampleTable(type) : SampleByType(type, attribute);
    }

    private static string SampleTable(Type type) =>
        $"{{ {string.Join(", ", SettingKey.Of(type).Where(key => key.IsRequired).Select(key => $"{key.Name} = {key.Attribute.Example ?? Sample(key.Type, key.Attribute)}"))} }}";

    private static string SampleByType(Type type, SettingAttribute attribute) => type switch
    {
        _ when type == typeof(string) => "\"text\"",
        _ when type == typeof(bool) => "true",
        _ when type == typeof(TimeSpan) => Quote(Duration.Format(TimeSpan.FromSeconds(Within(attribute, 10)))),
        _ when type == typeof(ByteSize) => Quote(new ByteSize((long)Within(attribute, 65536)).ToString()),
        _ when type == typeof(FileInfo) || type == typeof(DirectoryInfo) => "\"path\"",
        _ when type == typeof(DomainName) => "\"example.com\"",
        _ when type == typeof(IPAddress) => "\"192.0.2.1\"",
        _ when type == typeof(IPEndPoint) => "\"192.0.2.1:53\"",
        _ when type == typeof(IPNetwork) => "\"192.0.2.0/24\"",
        _ when type == typeof(HostPattern) => "\"192.0.2.0/24\"",
        _ when type == typeof(MacroCondition) => "\"{auth_type}\"",
        _ when type == typeof(MilterAddress) => "\"unix:/run/milter.sock\"",
        _ when type == typeof(Secret) => "{ file = \"path\" }",
        _ => Number(Within(attribute, 1)),
    };

    private static double Within(SettingAttribute attribute, double number) => Math.Min(Math.Max(number, attribute.Minimum), attribute.Maximum);

    private static string Number(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    private static string? List(IEnumerable items)
    {
        var texts = items.Cast<object?>().Select(Of).ToList();
        return texts.Contains(null) ? null : $"[{string.Join(", ", texts)}]";
    }
}
