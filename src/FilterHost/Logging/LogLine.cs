using Microsoft.Extensions.Logging;

namespace FilterHost.Logging;

/// <summary>One event of the log.</summary>
/// <param name="Time">When it was logged.</param>
/// <param name="Level">How severe it is.</param>
/// <param name="Text">What it says, in one line.</param>
internal readonly record struct LogLine(DateTimeOffset Time, LogLevel Level, string Text)
{
    /// <summary>The severity of RFC 3164 §4.1.1, which the journal has, too.</summary>
    public int Severity => Level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
