using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>A data set of OpenDKIM (opendkim(8), DATA SETS).</summary>
internal sealed class DataSet
{
    private static readonly string[] ForeignTypes = ["db", "dsn", "ldap", "ldaps", "ldapi", "lua", "memcache", "erlang", "mdb", "lmdb", "redis", "http", "https", "vault"];

    private DataSet(DataSetKind kind, string text, SettingLocation location) => (Kind, Text, Location) = (kind, text, location);

    /// <summary>How it is kept.</summary>
    public DataSetKind Kind { get; }

    /// <summary>What stands behind the type: a path made absolute, or the list.</summary>
    public string Text { get; }

    /// <summary>The option.</summary>
    public SettingLocation Location { get; }

    /// <summary>The file, or null.</summary>
    public string? Path => Kind is DataSetKind.File or DataSetKind.Patterns ? Text : null;

    /// <summary>The set of an option, or null: the option is not set, or names what is no data set, which is a problem.</summary>
    public static DataSet? Of(DaemonConfiguration configuration, string option, ProblemList problems)
    {
        if (configuration.Find(option) is not { } setting)
            return null;
        var (text, at) = (setting.Value, setting.Location);
        // A colon behind the first comma belongs to an item of a list.
        var colon = text.IndexOfAny([':', ',']);
        if (colon < 0 || text[colon] == ',')
            return text.StartsWith('/') ? new DataSet(text.EndsWith(".db", StringComparison.Ordinal) ? DataSetKind.Foreign : DataSetKind.File, text, at) : new DataSet(DataSetKind.List, text, at);
        var (type, rest) = (text[..colon].ToLowerInvariant(), text[(colon + 1)..]);
        switch (type)
        {
            case "file":
                return new DataSet(DataSetKind.File, configuration.PathOf(rest), at);
            case "refile":
                return new DataSet(DataSetKind.Patterns, configuration.PathOf(rest), at);
            case "csl":
                return new DataSet(DataSetKind.List, rest, at);
            case var _ when ForeignTypes.Contains(type):
                return new DataSet(DataSetKind.Foreign, text, at);
            default:
                problems.Error($"'{type}:' is no type of data set; a list that begins with a colon's word needs csl: before it", at);
                return null;
        }
    }

    /// <summary>A file with a row a line.</summary>
    public static DataSet OfFile(string path, SettingLocation location) => new(DataSetKind.File, path, location);

    /// <summary>The set as a setting of TableKeyStore names it.</summary>
    public string Specification => Kind switch
    {
        DataSetKind.File => $"file:{Text}",
        DataSetKind.Patterns => $"refile:{Text}",
        _ => $"csl:{Text}",
    };

    /// <summary>The rows, or null where they cannot be read, which is a problem.</summary>
    public IReadOnlyList<DataSetRow>? Read(ProblemList problems)
    {
        switch (Kind)
        {
            case DataSetKind.List:
                return [.. Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ItemOf)];
            case DataSetKind.Foreign:
                problems.Warning($"FilterHost does not read the data set {Text[..Math.Min(Text.Length, 40)]}: {(Text.StartsWith("dsn:", StringComparison.OrdinalIgnoreCase) ? "SqlKeyStore reads tables of its own" : "write it as a file")}", Location);
                return null;
            default:
                return ReadFile(problems);
        }
    }

    private DataSetRow ItemOf(string item)
    {
        var equals = item.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new DataSetRow(item, "", Location) : new DataSetRow(item[..equals].TrimEnd(), item[(equals + 1)..].TrimStart(), Location);
    }

    private List<DataSetRow>? ReadFile(ProblemList problems)
    {
        try
        {
            var rows = new List<DataSetRow>();
            var number = 0;
            foreach (var line in File.ReadLines(Text))
            {
                number++;
                if (RowOf(line, number) is { } row)
                    rows.Add(row);
            }
            return rows;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"cannot read {Text}: {FileText.Reason(exception)}", Location);
            return null;
        }
    }

    private DataSetRow? RowOf(string line, int number)
    {
        var text = line.AsSpan();
        if (text.IndexOf('#') is >= 0 and var comment)
            text = text[..comment];
        text = text.Trim();
        if (text.IsEmpty)
            return null;
        var gap = text.IndexOfAny(' ', '\t');
        var at = new SettingLocation(Text, number, 1, "");
        return gap < 0 ? new DataSetRow(text.ToString(), "", at) : new DataSetRow(text[..gap].ToString(), text[gap..].Trim().ToString(), at);
    }
}
