using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>A worker's way back to its host: lines of the log and answers, in order. A host that does not read holds nothing up: what it does not take of the log is dropped.</summary>
internal sealed class WorkerLog : ILoggerProvider
{
    private const int Capacity = 4096;

    private readonly Channel<WorkerLine> _lines = Channel.CreateBounded<WorkerLine>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _writing;

    public WorkerLog(Stream output) => _writing = Task.Run(() => WriteAsync(output));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Answers the host.</summary>
    public void Answer(WorkerAnswer answer) => _lines.Writer.TryWrite(new WorkerLine { Answer = answer });

    /// <summary>Writes what is left.</summary>
    public async Task CloseAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    public void Dispose() => _lines.Writer.TryComplete();

    private async Task WriteAsync(Stream output)
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await output.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, WorkerJson.Options), (byte)'\n']).ConfigureAwait(false);
                await output.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The host is gone, and this process soon is.
        }
    }

    private sealed class Logger(WorkerLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Writer.TryWrite(new WorkerLine { Level = logLevel, Category = category, Text = formatter(state, exception), Exception = exception?.ToString() });
    }
}
