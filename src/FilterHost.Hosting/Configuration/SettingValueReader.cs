using System.Globalization;
using System.Net;
using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>Turns a value of the file into a value of a type; adds a problem and returns null where it is not one.</summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="secrets">Follows references to secrets.</param>
/// <param name="record">Binds a nested table.</param>
internal sealed class SettingValueReader(ProblemList problems, SecretReference secrets, Func<Type, SettingsTable, object?> record)
{
    private const string HostFilePrefix = "file:";

    public object? Read(Type type, SettingNode node, SettingAttribute attribute)
    {
        type = SettingType.Plain(type);
        if (type == typeof(Secret))
            return secrets.Resolve(node);
        if (SettingType.IsList(type, out var item))
            return ReadList(type, item, node, attribute);
        if (SettingType.IsDictionary(type, out var value))
            return ReadDictionary(type, value, node, attribute);
        if (SettingType.IsRecord(type))
            return node is SettingsTable table ? record(type, table) : WrongKind(type, node, attribute);
        return ReadScalar(type, node, attribute);
    }

    /// <summary>A path relative to the folder of the file that names it.</summary>
    public static string PathBeside(string file, string path) => Path.GetFullPath(Path.Combine(FolderOf(file), path));

    public static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";

    private Array? ReadList(Type type, Type item, SettingNode node, SettingAttribute attribute)
    {
        if (node is not SettingsArray array)
            return (Array?)WrongKind(type, node, attribute);
        var values = array.Items.Select(entry => Read(item, entry, attribute)).ToList();
        if (values.Contains(null))
            return null;
        var list = Array.CreateInstance(item, values.Count);
        for (var i = 0; i < values.Count; i++)
            list.SetValue(values[i], i);
        return list;
    }

    private object? ReadDictionary(Type type, Type value, SettingNode node, SettingAttribute attribute)
    {
        if (node is not SettingsTable table)
            return WrongKind(type, node, attribute);
        var dictionary = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        var isWhole = true;
        foreach (var (name, entry) in table.Entries)
        {
            if (Read(value, entry, attribute) is { } read)
                dictionary[name] = read;
            else
                isWhole = false;
        }
        return isWhole ? dictionary : null;
    }

    private object? ReadScalar(Type type, SettingNode node, SettingAttribute attribute)
    {
        var found = (node as SettingScalar)?.Value;
        if (SettingType.IsInteger(type, out var least, out var most))
            return found is long number ? Bounded(type, node, attribute, number, number < least || number > most ? null : Convert.ChangeType(number, type, CultureInfo.InvariantCulture)) : WrongKind(type, node, attribute);
        if (type == typeof(double) || type == typeof(float))
            return ReadNumber(type, node, attribute);
        if (type == typeof(bool))
            return found is bool ? found : WrongKind(type, node, attribute);
        if (type == typeof(ByteSize) && found is long octets)
            return Bounded(type, node, attribute, octets, octets < 0 ? null : new ByteSize(octets));
        return found is string text ? ReadText(type, text, node, attribute) : WrongKind(type, node, attribute);
    }

    private object? ReadNumber(Type type, SettingNode node, SettingAttribute attribute)
    {
        if ((node as SettingScalar)?.Value is not (long or double))
            return WrongKind(type, node, attribute);
        var number = Convert.ToDouble(((SettingScalar)node).Value, CultureInfo.InvariantCulture);
        return Bounded(type, node, attribute, number, double.IsNaN(number) ? null : Convert.ChangeType(number, type, CultureInfo.InvariantCulture));
    }

    private object? ReadText(Type type, string text, SettingNode node, SettingAttribute attribute)
    {
        if (type == typeof(TimeSpan))
            return Duration.TryParse(text, out var duration) ? Bounded(type, node, attribute, duration.TotalSeconds, duration) : WrongText(type, text, node, attribute);
        if (type == typeof(ByteSize))
            return ByteSize.TryParse(text, out var size) ? Bounded(type, node, attribute, size.Octets, size) : WrongText(type, text, node, attribute);
        if (type == typeof(HostPattern))
            return ReadHosts(text, node);
        return (type.IsEnum ? ReadEnum(type, text) : Parse(type, text, node.Location.File)) ?? WrongText(type, text, node, attribute);
    }

    private HostPattern? ReadHosts(string text, SettingNode node)
    {
        if (text.StartsWith(HostFilePrefix, StringComparison.Ordinal) && IsPath(text[HostFilePrefix.Length..]))
            return new HostFile(PathBeside(node.Location.File, text[HostFilePrefix.Length..]), node.ValueLocation, problems).Read() is { } entries ? new HostPattern(text, entries) : null;
        if (HostEntry.TryParse(text, out var entry, out var problem))
            return new HostPattern(text, [entry]);
        problems.Error(problem, node.ValueLocation);
        return null;
    }

    // So that a reload can tell whether the file is another by then.
    private static FileInfo AsItIsNow(FileInfo file)
    {
        file.Refresh();
        return file;
    }

    private static object? ReadEnum(Type type, string text) =>
        Enum.GetNames(type).FirstOrDefault(name => SettingKey.InSnakeCase(name) == text) is { } name ? Enum.Parse(type, name) : null;

    private static object? Parse(Type type, string text, string file)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(FileInfo))
            return IsPath(text) ? AsItIsNow(new FileInfo(PathBeside(file, text))) : null;
        if (type == typeof(DirectoryInfo))
            return IsPath(text) ? new DirectoryInfo(PathBeside(file, text)) : null;
        if (type == typeof(DomainName))
            return DomainName.TryParse(text, out var domain) ? domain : null;
        if (type == typeof(MacroCondition))
            return MacroCondition.TryParse(text, out var condition) ? condition : null;
        if (type == typeof(IPAddress))
            return IPAddress.TryParse(text, out var address) ? address : null;
        if (type == typeof(IPEndPoint))
            return HasPort(text) && IPEndPoint.TryParse(text, out var endPoint) ? endPoint : null;
        if (type == typeof(MilterAddress))
            return MilterAddress.TryParse(text, out var socket, out _) ? socket.In(FolderOf(file)) : null;
        return type == typeof(IPNetwork) ? ParseNetwork(text) : null;
    }

    private static bool IsPath(string text) => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);

    // IPEndPoint.TryParse takes an address without a port, as port 0; that is never what a setting means.
    private static bool HasPort(string text) =>
        text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.AsSpan().Count(':') == 1;

    private static IPNetwork? ParseNetwork(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        return IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.AsSpan().Count('.') == 3)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : null;
    }

    private object? Bounded(Type type, SettingNode node, SettingAttribute attribute, double number, object? value)
    {
        if (value is not null && number >= attribute.Minimum && number <= attribute.Maximum)
            return value;
        problems.Error($"expected {SettingWords.Of(type, attribute)}, found {Found(node)}", node.ValueLocation);
        return null;
    }

    private static string Found(SettingNode node) => (node as SettingScalar)?.Value switch
    {
        string text => $"\"{text}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => node.Kind,
    };

    private object? WrongKind(Type type, SettingNode node, SettingAttribute attribute)
    {
        problems.Error($"expected {SettingWords.Of(type, attribute)}, found {node.Kind}", node.ValueLocation);
        return null;
    }

    private object? WrongText(Type type, string text, SettingNode node, SettingAttribute attribute)
    {
        var hint = type.IsEnum ? NearestName.Hint(text, SettingType.EnumNames(type)) : "";
        problems.Error($"expected {SettingWords.Of(type, attribute)}, found \"{text}\"{hint}", node.ValueLocation);
        return null;
    }
}
