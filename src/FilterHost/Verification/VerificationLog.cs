using Microsoft.Extensions.Logging;

namespace FilterHost.Verification;

/// <summary>What the plugin and the host say of it during one step, as text. Of a plugin that says a lot, the first lines are kept.</summary>
internal sealed class VerificationLog : ILoggerFactory, ILogger
{
    private const int MaximumLines = 20;

    private const int MaximumLength = 500;

    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private int _count;
    private int _errors;

    /// <summary>What was said since the last time, of this severity or more: how many lines, how many of them errors, and the first of them.</summary>
    public (int Count, int Errors, IReadOnlyList<string> Lines) Take()
    {
        lock (_lock)
        {
            var taken = (_count, _errors, _lines.ToArray());
            (_count, _errors) = (0, 0);
            _lines.Clear();
            return taken;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // There is one place for all lines.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = $"{(logLevel >= LogLevel.Error ? "error" : "warning")}: {formatter(state, exception)}{(exception is null ? "" : $": {exception.GetType().Name}: {exception.Message}{PlaceOf(exception)}")}";
        lock (_lock)
        {
            _count++;
            _errors += logLevel >= LogLevel.Error ? 1 : 0;
            if (_lines.Count < MaximumLines)
                _lines.Add(text.Length > MaximumLength ? text[..MaximumLength] : text);
        }
    }

    public void Dispose()
    {
        // Nothing is open.
    }

    // Where it was thrown is what the author wants to know first.
    private static string PlaceOf(Exception exception) => exception.StackTrace?.Split('\n')[0].Trim() is { Length: > 0 } place ? $" {place}" : "";
}
