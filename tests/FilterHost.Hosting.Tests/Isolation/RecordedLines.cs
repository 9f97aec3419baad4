using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>A log that is kept.</summary>
internal sealed class RecordedLines : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add((logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} | {exception}"));
    }

    public void Dispose()
    {
    }
}
