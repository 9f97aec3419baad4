using System.Globalization;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>OpenDKIM's KeyTable: the keys by their names.</summary>
internal sealed class KeyTable(DataSet source, TableText text)
{
    private static readonly IdnMapping Idn = new();

    // OpenDKIM compares names by case, except in a refile.
    private readonly RowIndex _index = source.HasPatterns ? new PatternRowIndex(text, AddressText.Normalize) : new EqualRowIndex(text, static name => name);

    public TableText Text => text;

    /// <summary>The row of a name, or -1.</summary>
    public int Find(string name) => _index.FindFirst(source.HasPatterns ? AddressText.Normalize(name) : name);

    /// <summary>The row that the author's domain is the name of, in A-labels or in U-labels, or -1.</summary>
    public int Find(DomainName name)
    {
        var found = Find(name.ToString());
        return found >= 0 || !name.ToString().Contains("xn--", StringComparison.Ordinal) ? found : Find(InULabels(name));
    }

    private static string InULabels(DomainName name)
    {
        try
        {
            return Idn.GetUnicode(name.ToString());
        }
        catch (ArgumentException)
        {
            return name.ToString();
        }
    }
}
