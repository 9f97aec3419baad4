using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FilterHost.Logging;

/// <summary>
/// The log: a bounded queue, and a thread that empties it into the target. Mail never waits for a log that is slow or away: lines that find no room are dropped, and their number is logged when there is room again.
/// </summary>
internal sealed class LogQueue : ILoggerProvider
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    // What a host that ends waits for the last lines.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ILogTarget _target;
    private readonly ILogTarget _lastResort;
    private readonly TimeProvider _time;
    private readonly BlockingCollection<LogLine> _lines;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private int _dropped;

    /// <summary>Starts the thread.</summary>
    /// <param name="target">Where the lines go, which becomes the queue's own.</param>
    /// <param name="lastResort">Takes what the target has not taken when the host ends.</param>
    /// <param name="time">The clock that the lines are dated by.</param>
    /// <param name="capacity">The most lines that wait: some seconds of a busy host.</param>
    public LogQueue(ILogTarget target, ILogTarget lastResort, TimeProvider time, int capacity = 10_000)
    {
        (_target, _lastResort, _time) = (target, lastResort, time);
        _lines = new BlockingCollection<LogLine>(capacity);
        _thread = new Thread(Run) { IsBackground = true, Name = "filterhost-log" };
        _thread.Start();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        if (_lines.IsAddingCompleted)
            return;
        _lines.CompleteAdding();
        _stop.Set();
        // A thread that is stuck in a write ends with the process.
        if (!_thread.Join(Patience))
            return;
        _target.Dispose();
        _lastResort.Dispose();
        _lines.Dispose();
        _stop.Dispose();
    }

    private void Add(LogLevel level, string text)
    {
        try
        {
            if (!_lines.TryAdd(new LogLine(_time.GetLocalNow(), level, text)))
                Interlocked.Increment(ref _dropped);
        }
        catch (InvalidOperationException)
        {
            // Logged after the end.
        }
    }

    private void Run()
    {
        foreach (var line in _lines.GetConsumingEnumerable())
        {
            Write(line);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                Write(new LogLine(_time.GetLocalNow(), LogLevel.Warning, LineText.Of(LogLevel.Warning, $"{dropped} lines of the log were dropped, since it did not take them as fast as they came", null)));
        }
    }

    private void Write(LogLine line)
    {
        while (!_target.TryWrite(line))
        {
            if (!_stop.Wait(RetryPause))
                continue;
            if (!_target.TryWrite(line))
                _lastResort.TryWrite(line);
            return;
        }
    }

    private sealed class Logger(LogQueue queue) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The factory has judged the level before.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            queue.Add(logLevel, LineText.Of(logLevel, formatter(state, exception), exception));
    }
}
