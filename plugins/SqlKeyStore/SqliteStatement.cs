using System.Text;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The row that a statement stands on.</summary>
internal readonly unsafe ref struct SqliteStatement(nint statement)
{
    public long Integer(int column) => SqliteNative.ColumnInteger(statement, column);

    public string Text(int column) => TextOrNull(column) ?? "";

    public string? TextOrNull(int column)
    {
        // The text first, since asking for it may convert it.
        var text = SqliteNative.ColumnText(statement, column);
        return text is null ? null : Encoding.UTF8.GetString(text, SqliteNative.ColumnLength(statement, column));
    }
}
