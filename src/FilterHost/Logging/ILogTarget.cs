namespace FilterHost.Logging;

/// <summary>Where lines end up. Called by one thread alone, which may be made to wait.</summary>
internal interface ILogTarget : IDisposable
{
    /// <summary>Writes a line; false if that cannot be done now and should be tried again.</summary>
    bool TryWrite(LogLine line);
}
