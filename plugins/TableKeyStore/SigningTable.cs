using FilterHost.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>OpenDKIM's SigningTable: which rows an author's mail is signed by.</summary>
internal sealed class SigningTable
{
    // White space ends a key, and nobody's address has these unquoted (RFC 5322 §3.2.3). OpenDKIM hands patterns on to regcomp(3), where they mean something.
    private const string NoPattern = "[]\\()";

    private readonly RowIndex _index;
    private readonly bool _hasPatterns;

    public SigningTable(DataSet source, TableText text)
    {
        (Text, _hasPatterns) = (text, source.HasPatterns);
        _index = _hasPatterns ? new PatternRowIndex(text, NormalizePattern) : new EqualRowIndex(text, AddressText.Normalize);
    }

    public TableText Text { get; }

    /// <summary>The rows that sign, in the order in which they were found; empty where the mail is not ours.</summary>
    public IReadOnlyList<int> Find(SigningQuery query, bool all)
    {
        var local = AddressText.LocalPartOf(query);
        var domain = query.AuthorDomain.ToString();
        if (_hasPatterns)
            return all ? [.. _index.FindAll($"{local}@{domain}")] : One(_index.FindFirst($"{local}@{domain}"));
        var rows = Keys(local, domain).Select(_index.FindFirst).Where(row => row >= 0);
        var found = all ? rows.ToList() : rows.Take(1).ToList();
        // A pattern where none can be matches nothing, and the mail that it was meant for is not to go out unsigned.
        return found.Count > 0 ? found : One(_index.FindFirst("*@" + domain));
    }

    /// <summary>The row; null, with the reason, for one that cannot be used.</summary>
    public SigningRow? Row(int row, out string? problem)
    {
        var key = Text.Key(row);
        problem = _hasPatterns ? ProblemOfPattern(key) : ProblemOfKey(key);
        return problem is null ? SigningRow.Parse(key, Text.Value(row), out problem) : null;
    }

    private static int[] One(int row) => row < 0 ? [] : [row];

    // The order that OpenDKIM keeps: opendkim.conf(5) has all user@.domain before any .domain, the program asks for both on each step up.
    private static IEnumerable<string> Keys(string local, string domain)
    {
        yield return $"{local}@{domain}";
        yield return domain;
        for (var dot = domain.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = domain.IndexOf('.', dot + 1))
        {
            yield return $"{local}@{domain[dot..]}";
            yield return domain[dot..];
        }
        yield return $"{local}@*";
        yield return "*";
    }

    // A bad pattern stands for all addresses of its domain, so that none of those that it may mean goes out unsigned.
    private static string NormalizePattern(string pattern) =>
        AddressText.Normalize(ProblemOfPattern(pattern) is null ? pattern : $"*@{pattern[(pattern.LastIndexOf('@') + 1)..]}");

    private static string? ProblemOfPattern(string pattern) => pattern.AsSpan().ContainsAny(NoPattern)
        ? $"'{pattern}' is no pattern: only * has a meaning, and no address has one of {NoPattern}. Write a row for each address."
        : null;

    private static string? ProblemOfKey(string key) => key != "*" && (key.EndsWith("@*", StringComparison.Ordinal) ? key[..^2] : key).Contains('*', StringComparison.Ordinal)
        ? $"'{key}' is a pattern, which only refile: has. Name the table with refile:, or write the domain alone: {key[(key.LastIndexOf('@') + 1)..].TrimStart('*')}"
        : null;
}
