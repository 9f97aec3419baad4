using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FilterHost.Tests;

/// <summary>The program, listening.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningHost(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public int Id => _process.Id;

    public static async Task<RunningHost> WaitAsync(Process process)
    {
        var host = new RunningHost(process);
        try
        {
            await host._listening.Task.WaitAsync(Workplace.Patience, TestContext.Current.CancellationToken);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return host;
    }

    /// <summary>Tells it to stop, as a service manager does; gives the exit code and how long it took.</summary>
    public async Task<(int Code, TimeSpan Time)> StopAsync()
    {
        var watch = Stopwatch.StartNew();
        using (var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Workplace.Patience);
        return (_process.ExitCode, watch.Elapsed);
    }

    /// <summary>Waits until it ends by itself; gives the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Workplace.Patience);
        return _process.ExitCode;
    }

    /// <summary>Ends it without a chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _listening.TrySetException(new InvalidOperationException($"the host ended before it listened:\n{Log}"));
            return;
        }
        lock (_log)
            _log.Append(line).Append('\n');
        if (line.StartsWith("listening on ", StringComparison.Ordinal))
            _listening.TrySetResult();
    }
}
