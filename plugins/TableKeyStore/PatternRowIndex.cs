namespace FilterHost.Plugins.TableKeyStore;

/// <summary>
/// Rows by pattern, the first of the table first. Patterns of the usual forms (address, *@domain, *@*.domain, *.domain) are found by hash, so that their number costs nothing; only the
/// others are tried one after the other.
/// </summary>
internal sealed class PatternRowIndex : RowIndex
{
    private readonly RowHash _first;

    // The next row of the same pattern; such rows are few.
    private readonly Dictionary<int, int> _next = [];
    private readonly List<(int Row, string Pattern)> _others = [];

    public PatternRowIndex(TableText text, Func<string, string> normalize)
    {
        _first = new RowHash(text, normalize);
        // From the last to the first, so that the first ends up at the head of its chain.
        for (var row = text.Count - 1; row >= 0; row--)
            Add(row, normalize(text.Key(row)));
        _others.Reverse();
    }

    public override int FindFirst(string text)
    {
        var first = int.MaxValue;
        foreach (var row in Hashed(text))
            first = Math.Min(first, row);
        foreach (var (row, pattern) in _others)
        {
            if (row > first)
                break;
            if (WildcardPattern.Fits(pattern, text))
                return row;
        }
        return first == int.MaxValue ? -1 : first;
    }

    public override IEnumerable<int> FindAll(string text)
    {
        var rows = _others.Where(other => WildcardPattern.Fits(other.Pattern, text)).Select(other => other.Row).ToList();
        foreach (var head in Hashed(text))
        {
            rows.Add(head);
            for (var row = head; _next.TryGetValue(row, out row);)
                rows.Add(row);
        }
        // An address may itself be written as a pattern, and is then found twice.
        return rows.Distinct().Order();
    }

    private void Add(int row, string pattern)
    {
        if (!IsHashed(pattern))
        {
            _others.Add((row, pattern));
            return;
        }
        if (_first.Set(pattern, row) is >= 0 and var later)
            _next[row] = later;
    }

    // The literal text behind the * starts a domain, so the places in an address where it may start are few.
    private static bool IsHashed(string pattern)
    {
        var star = pattern.LastIndexOf('*');
        var behind = pattern.AsSpan(star + 1);
        return star < 0
            || (star == 0 && behind.LastIndexOf('@') == 0)
            || (behind.StartsWith('.') && !behind.Contains('@') && pattern.AsSpan(0, star) is "" or "*@");
    }

    private IEnumerable<int> Hashed(string text) => FormsOf(text).Select(_first.Find).Where(static row => row >= 0);

    private static IEnumerable<string> FormsOf(string text)
    {
        yield return text;
        var at = text.LastIndexOf('@');
        if (at >= 0)
            yield return "*" + text[at..];
        for (var dot = text.IndexOf('.', at + 1); dot >= 0; dot = text.IndexOf('.', dot + 1))
        {
            yield return "*" + text[dot..];
            if (at >= 0)
                yield return "*@*" + text[dot..];
        }
    }
}
