using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>The logger that a plugin gets: within a message it puts the queue id before each line.</summary>
internal sealed class ScopedLogger<T>(ILoggerFactory factory, ScopeContext context) : ILogger<T>
{
    private readonly ILogger _logger = factory.CreateLogger(typeof(T).FullName ?? typeof(T).Name);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (context.LogId is { } id)
            // The line is text by here: a logger of the host never keeps an object of a plugin's own type.
            _logger.Log(logLevel, eventId, $"{id}: {formatter(state, exception)}", exception, static (line, _) => line);
        else
            _logger.Log(logLevel, eventId, formatter(state, exception), exception, static (line, _) => line);
    }
}
