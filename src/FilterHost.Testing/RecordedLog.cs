using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

/// <summary>Keeps every line that is logged.</summary>
internal sealed class RecordedLog : ILoggerFactory, ILogger
{
    private readonly List<LogLine> _lines = [];
    private readonly Lock _lock = new();

    /// <summary>The number of lines so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _lines.Count;
        }
    }

    public IReadOnlyList<LogLine> Lines(Range range)
    {
        lock (_lock)
            return _lines[range];
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // Whatever a plugin adds, the test reads here.
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new LogLine(logLevel, formatter(state, exception), exception);
        lock (_lock)
            _lines.Add(line);
    }

    public void Dispose()
    {
        // The lines stay.
    }
}
