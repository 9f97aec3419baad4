using System.Globalization;
using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>The reference of a settings record, made from the record itself.</summary>
internal static class SettingsReference
{
    private const int Width = 100;

    // A record may hold itself; the reference ends somewhere.
    private const int DeepestNesting = 4;

    /// <summary>The keys of a record and of the tables nested in it, in the order they are declared.</summary>
    public static IReadOnlyList<SettingEntry> Of(Type record)
    {
        var entries = new List<SettingEntry>();
        Collect(record, "", 0, entries);
        return entries;
    }

    /// <summary>A file with every key commented out at its default, and its text above it. A required key stands uncommented.</summary>
    /// <param name="record">The record.</param>
    /// <param name="header">The line of the table, such as <c>[filter.sign]</c>; empty for the host's own keys.</param>
    public static string AsToml(Type record, string header = "")
    {
        var page = new StringBuilder();
        if (header.Length > 0)
            page.Append(header).Append('\n');
        SettingEntry? open = null;
        foreach (var entry in Of(record))
        {
            if (!entry.IsNested)
            {
                AppendKey(page, open);
                page.Append(page.Length > 0 ? "\n" : "");
                open = entry;
            }
            AppendComment(page, entry);
        }
        AppendKey(page, open);
        return page.ToString();
    }

    /// <summary>A Markdown table: key, what it takes, default, meaning.</summary>
    public static string AsMarkdown(Type record)
    {
        var page = new StringBuilder("| Key | Takes | Default | Meaning |\n| --- | --- | --- | --- |\n");
        foreach (var entry in Of(record))
        {
            var value = entry.IsRequired ? "required" : entry.Default is { } text ? $"`{Cell(text)}`" : "";
            page.Append(CultureInfo.InvariantCulture, $"| `{Cell(entry.Path)}` | {Prose(entry.Type)} | {value} | {Prose(entry.Text)} |\n");
        }
        return page.ToString();
    }

    private static void Collect(Type record, string path, int depth, List<SettingEntry> entries)
    {
        var defaults = Activator.CreateInstance(record, nonPublic: true);
        foreach (var key in SettingKey.Of(record))
        {
            var value = key.IsRequired ? null : TomlText.Of(key.Property.GetValue(defaults));
            var sample = key.Attribute.Example ?? TomlText.Sample(key.Type, key.Attribute);
            entries.Add(new SettingEntry(path + key.Name, SettingWords.Of(key.Type, key.Attribute), value, sample, key.IsRequired, key.Attribute.Text, depth > 0));
            if (depth < DeepestNesting && Nested(key.Type, out var below) is { } nested)
                Collect(nested, $"{path}{key.Name}{below}.", depth + 1, entries);
        }
    }

    private static void AppendComment(StringBuilder page, SettingEntry entry)
    {
        var value = entry.IsRequired ? "Required." : entry.Default is { } text ? $"Default: {text}" : "";
        var takes = $"Takes {entry.Type}. {value}".TrimEnd();
        foreach (var line in Wrapped(entry.IsNested ? $"{entry.Path}: {entry.Text}" : entry.Text).Concat(Wrapped(takes)))
            page.Append("# ").Append(line).Append('\n');
    }

    private static void AppendKey(StringBuilder page, SettingEntry? entry)
    {
        if (entry is not null)
            page.Append(CultureInfo.InvariantCulture, $"{(entry.IsRequired ? "" : "#")}{entry.Path} = {ShownValue(entry)}\n");
    }

    // An empty list as the value says less than an example does.
    private static string ShownValue(SettingEntry entry) => entry.Default is null or "[]" or "{}" ? entry.Sample : entry.Default;

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.ReplaceLineEndings(" ").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Width)
            {
                yield return line.ToString();
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        if (line.Length > 0)
            yield return line.ToString();
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);

    // Between backquotes Markdown takes everything as it is, elsewhere "<domain>" would vanish as a tag.
    private static string Prose(string text) =>
        string.Join('`', Cell(text).Split('`').Select((part, index) => index % 2 == 1 ? part : part.Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)));

    private static Type? Nested(Type type, out string below)
    {
        below = "";
        type = SettingType.Plain(type);
        if (SettingType.IsList(type, out var item))
            (type, below) = (item, "[]");
        else if (SettingType.IsDictionary(type, out var value))
            (type, below) = (value, ".NAME");
        return SettingType.IsRecord(type) ? type : null;
    }
}
