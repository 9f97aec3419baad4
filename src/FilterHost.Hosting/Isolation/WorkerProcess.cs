using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>One process of a worker, from its start to its end. It ends when its input does, so it never outlives the host.</summary>
internal sealed class WorkerProcess
{
    // What a process writes at its death is short; more is a filter that goes on and on.
    private const int LinesPerMinute = 100;
    private const int LongestErrorLine = 4096;

    // An answer, or a line of the log with an exception, is shorter.
    private const int LongestLine = 4 << 20;

    private readonly Process _process;
    private readonly WorkerOrder _order;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Task _exited;
    private TaskCompletionSource<WorkerAnswer> _answer = NewAnswer();
    private string? _killedFor;
    private int _exitCode;

    private WorkerProcess(Process process, WorkerOrder order, ILoggerFactory loggers, TimeProvider time)
    {
        (_process, _order, _loggers, _time, Id) = (process, order, loggers, time, process.Id);
        _exited = RunAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>The word that it was given.</summary>
    public string Token => _order.Token;

    /// <summary>Completes when the process is gone and everything that it wrote is read.</summary>
    public Task Exited => _exited;

    /// <summary>How it ended, in words.</summary>
    public string Ending => _killedFor is { } reason ? $"was killed: it {reason}" : _exitCode switch
    {
        // As the shell has it: 128 and the signal.
        134 => "aborted itself (SIGABRT): a stack overflow, Environment.FailFast or an exception that nobody caught",
        137 => "was killed (SIGKILL), by the kernel where memory was short, or by somebody",
        139 => "broke its memory (SIGSEGV)",
        var code => string.Create(CultureInfo.InvariantCulture, $"ended by itself with code {code}"),
    };

    /// <summary>Starts a process.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static WorkerProcess Start(WorkerOrder order, WorkerLimits limits, ILoggerFactory loggers, TimeProvider time)
    {
        try
        {
            var process = Process.Start(WorkerProgram.StartOf(limits.Memory)) ?? throw new IOException("the worker was not started");
            return new WorkerProcess(process, order, loggers, time);
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"the worker cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>Gives the order.</summary>
    public Task<WorkerAnswer> OrderAsync(TimeSpan time, CancellationToken cancel) => AskAsync(JsonSerializer.Serialize(_order, WorkerJson.Options), time, cancel);

    /// <summary>Has it serve.</summary>
    public Task<WorkerAnswer> StartServingAsync(TimeSpan time, CancellationToken cancel) => AskAsync(Worker.StartWord, time, cancel);

    /// <summary>Ends it: messages in it are finished first.</summary>
    public async Task StopAsync(TimeSpan time)
    {
        try
        {
            _process.StandardInput.Close();
            await _exited.WaitAsync(time, _time).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It is gone already, or on its way.
        }
        catch (TimeoutException)
        {
            Kill("did not stop");
        }
        await _exited.ConfigureAwait(false);
    }

    /// <summary>Kills it.</summary>
    /// <param name="reason">What it did, for the log: <c>took too much memory</c>.</param>
    public void Kill(string reason)
    {
        if (Interlocked.CompareExchange(ref _killedFor, reason, null) is not null)
            return;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It was faster.
        }
    }

    private async Task<WorkerAnswer> AskAsync(string line, TimeSpan time, CancellationToken cancel)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancel).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It is gone; how is said below.
        }
        var answer = _answer.Task;
        try
        {
            await Task.WhenAny(answer, _exited).WaitAsync(time, _time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Kill($"did not start within {time.TotalSeconds:0} s");
            await _exited.ConfigureAwait(false);
        }
        _answer = NewAnswer();
        return answer.IsCompleted ? await answer.ConfigureAwait(false) : throw new IOException($"the worker {Ending}");
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync(), _process.WaitForExitAsync()).ConfigureAwait(false);
        _exitCode = _process.ExitCode;
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        await foreach (var line in BoundedLines.ReadAsync(_process.StandardOutput.BaseStream, LongestLine).ConfigureAwait(false))
        {
            if (Read(line) is not { } read)
                _loggers.CreateLogger("FilterHost.Isolation").LogWarning("worker of {Filter} writes: {Line}", _order.Filter, line);
            else if (read.Answer is { } answer)
                _answer.TrySetResult(answer);
            else
                _loggers.CreateLogger(read.Category).Log(read.Level, default, read.Text, read.Exception is null ? null : new ReportedException(read.Exception), static (text, _) => text);
        }
    }

    private static WorkerLine? Read(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerLine>(line, WorkerJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task ReadErrorsAsync()
    {
        var logger = _loggers.CreateLogger("FilterHost.Isolation");
        var (since, lines) = (_time.GetTimestamp(), 0);
        await foreach (var line in BoundedLines.ReadAsync(_process.StandardError.BaseStream, LongestErrorLine).ConfigureAwait(false))
        {
            if (_time.GetElapsedTime(since) > TimeSpan.FromMinutes(1))
                (since, lines) = (_time.GetTimestamp(), 0);
            if (++lines <= LinesPerMinute)
                logger.LogError("worker of {Filter} writes: {Line}", _order.Filter, line);
            else if (lines == LinesPerMinute + 1)
                logger.LogError("worker of {Filter} writes more than {Count} lines in a minute; the rest is left out", _order.Filter, LinesPerMinute);
        }
    }

    private static TaskCompletionSource<WorkerAnswer> NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
