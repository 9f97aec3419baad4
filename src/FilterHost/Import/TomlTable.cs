using System.Text;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>A table of the file that is written, its keys in the order in which they were set.</summary>
/// <param name="heading"><c>[filter.sign]</c>; null for the keys at the top of the file.</param>
internal sealed class TomlTable(string? heading)
{
    // Beyond it a list takes a line for each item.
    private const int LongestList = 110;

    private readonly List<(string Key, string Value, string? Comment)> _entries = [];

    /// <summary>The heading.</summary>
    public string? Heading { get; } = heading;

    /// <summary>True if nothing is set.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>True if the key is set.</summary>
    public bool Has(string key) => _entries.Exists(entry => entry.Key == key);

    /// <summary>Sets a key.</summary>
    public void Set(string key, object value, string? comment = null)
    {
        _entries.RemoveAll(entry => entry.Key == key);
        _entries.Add((key, TextOf(value), comment));
    }

    /// <summary>Sets a key to a list of tables, each on a line.</summary>
    public void SetTables(string key, IEnumerable<IReadOnlyList<(string Key, object Value)>> tables) =>
        _entries.Add((key, $"[\n{string.Concat(tables.Select(table => $"    {{ {string.Join(", ", table.Select(entry => $"{entry.Key} = {TextOf(entry.Value)}"))} }},\n"))}]", null));

    /// <summary>Writes the table.</summary>
    public void WriteTo(StringBuilder output)
    {
        if (Heading is not null)
            output.Append('\n').Append(Heading).Append('\n');
        foreach (var (key, value, comment) in _entries)
        {
            if (comment is not null)
                CommentText.Write(output, comment);
            output.Append(key).Append(" = ").Append(value).Append('\n');
        }
    }

    private static string TextOf(object value)
    {
        var text = TomlText.Of(value)!;
        return value is IReadOnlyCollection<string> items && text.Length > LongestList ? $"[\n{string.Concat(items.Select(item => $"    {TomlText.Quote(item)},\n"))}]" : text;
    }
}
