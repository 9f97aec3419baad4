namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Rows by their whole key; of several with one key the first counts.</summary>
internal sealed class EqualRowIndex : RowIndex
{
    private readonly RowHash _rows;

    public EqualRowIndex(TableText text, Func<string, string> normalize)
    {
        _rows = new RowHash(text, normalize);
        // From the last to the first, so that the first stays.
        for (var row = text.Count - 1; row >= 0; row--)
            _rows.Set(normalize(text.Key(row)), row);
    }

    public override int FindFirst(string text) => _rows.Find(text);

    public override IEnumerable<int> FindAll(string text) => FindFirst(text) is >= 0 and var row ? [row] : [];
}
