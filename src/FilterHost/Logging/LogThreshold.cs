using Microsoft.Extensions.Logging;

namespace FilterHost.Logging;

/// <summary>The least severe messages that are logged. A reload may change it.</summary>
internal sealed class LogThreshold(LogLevel level)
{
    private volatile LogLevel _level = level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }
}
