namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The database cannot be asked. Never leaves the plugin.</summary>
/// <param name="message">Which database, what is wrong and what mends it.</param>
/// <param name="isMistake">True where waiting does not mend it.</param>
internal sealed class KeyDatabaseException(string message, bool isMistake = false) : Exception(message)
{
    public bool IsMistake => isMistake;
}
