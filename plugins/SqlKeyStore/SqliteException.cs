namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>SQLite's own refusal.</summary>
internal sealed class SqliteException(int code, string message) : Exception(message)
{
    /// <summary>The primary result code.</summary>
    public int Code => code & 0xFF;
}
