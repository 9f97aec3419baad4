namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Finds the rows for a text.</summary>
internal abstract class RowIndex
{
    /// <summary>The first row of the table that fits, or -1.</summary>
    public abstract int FindFirst(string text);

    /// <summary>All rows that fit, in the order of the table.</summary>
    public abstract IEnumerable<int> FindAll(string text);
}
