using System.Globalization;
using System.Net;
using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>What a setting takes, in words: "a whole number from 1 to 60".</summary>
internal static class SettingWords
{
    public static string Of(Type type, SettingAttribute attribute)
    {
        type = SettingType.Plain(type);
        if (SettingType.IsList(type, out var item))
            return $"a list, each item {Of(item, attribute)}";
        if (SettingType.IsDictionary(type, out var value))
            return $"a table of names, each with {Of(value, attribute)}";
        return Kind(type) + Range(type, attribute);
    }

    /// <summary>A number in the unit of the setting: <c>10s</c>, <c>64k</c>, <c>3</c>.</summary>
    public static string Number(Type type, double number)
    {
        if (type == typeof(TimeSpan))
            return Duration.Format(TimeSpan.FromSeconds(number));
        return type == typeof(ByteSize) ? new ByteSize((long)number).ToString() : number.ToString("0.############", CultureInfo.InvariantCulture);
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return $"one of {string.Join(", ", SettingType.EnumNames(type).Select(name => $"\"{name}\""))}";
        return SettingType.IsInteger(type, out _, out _) ? "a whole number" : SettingType.IsRecord(type) ? "a table" : KindByType(type);
    }

    private static string KindByType(Type type) => type switch
    {
        _ when type == typeof(string) => "a string",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(double) || type == typeof(float) => "a number",
        _ when type == typeof(TimeSpan) => "a duration such as \"10s\" (ms, s, m, h, d)",
        _ when type == typeof(ByteSize) => "a size such as \"64k\" (k, M, G, or a whole number of octets)",
        _ when type == typeof(FileInfo) => "the path of a file",
        _ when type == typeof(DirectoryInfo) => "the path of a folder",
        _ when type == typeof(DomainName) => "a domain name",
        _ when type == typeof(IPAddress) => "an IP address",
        _ when type == typeof(IPEndPoint) => "an address and port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\"",
        _ when type == typeof(IPNetwork) => "a network such as \"192.0.2.0/24\" or an address",
        _ when type == typeof(MilterAddress) => "a socket such as \"inet:8891@localhost\" or \"unix:/run/milter.sock\"",
        _ when type == typeof(HostPattern) => "a host: an address, a network, a name, .domain, one of these after !, or file:PATH",
        _ when type == typeof(MacroCondition) => "a macro such as \"{auth_type}\", or with its values as \"{auth_type}=PLAIN|LOGIN\"",
        _ when type == typeof(Secret) => "a reference: { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }",
        _ => "a value of a kind that settings do not have",
    };

    private static string Range(Type type, SettingAttribute attribute)
    {
        var (minimum, maximum) = (attribute.Minimum, attribute.Maximum);
        if (SettingType.IsInteger(type, out var least, out var most))
        {
            // The bounds of a type are worth saying where someone may reach them.
            minimum = double.IsNegativeInfinity(minimum) && least == 0 ? 0 : minimum;
            maximum = double.IsPositiveInfinity(maximum) && most <= ushort.MaxValue ? most : maximum;
        }
        else if (type != typeof(double) && type != typeof(float) && type != typeof(TimeSpan) && type != typeof(ByteSize))
        {
            return "";
        }
        return (double.IsFinite(minimum), double.IsFinite(maximum)) switch
        {
            (true, true) => $" from {Number(type, minimum)} to {Number(type, maximum)}",
            (true, false) => $" of at least {Number(type, minimum)}",
            (false, true) => $" of at most {Number(type, maximum)}",
            _ => "",
        };
    }
}
