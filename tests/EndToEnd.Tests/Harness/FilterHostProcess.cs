using System.Diagnostics;
using System.Text;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>The built program, running on settings of a test's own.</summary>
internal sealed class FilterHostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private FilterHostProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.Append(line.Data).Append('\n');
        };
        process.BeginErrorReadLine();
    }

    public static string Program { get; } = Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/host/debug/filterhost");

    public int Id => _process.Id;

    public static async Task<FilterHostProcess> StartAsync(string folder, string settings)
    {
        var path = Path.Combine(folder, "filterhost.toml");
        await File.WriteAllTextAsync(path, settings);
        var start = new ProcessStartInfo(Program, ["run", "--config", path]) { RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["STATE_DIRECTORY"] = Path.Combine(Path.GetTempPath(), "filterhost-test-state");
        var host = new FilterHostProcess(Process.Start(start)!);
        await Machine.UntilAsync(() => host.Log().Contains("listening on", StringComparison.Ordinal) || host._process.HasExited, host.Log);
        Assert.False(host._process.HasExited, host.Log());
        return host;
    }

    public string Log()
    {
        lock (_log)
            return _log.ToString();
    }

    /// <summary>Waits until the log has a text; it may come after the message that it is of.</summary>
    public Task HasLoggedAsync(string text) => Machine.UntilAsync(() => Log().Contains(text, StringComparison.Ordinal), () => $"the log has no '{text}':\n{Log()}");

    /// <summary>Stops it as a service manager does.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        await Machine.RunAsync("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(Machine.Patience);
        Assert.True(_process.ExitCode == 0, Log());
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }
    }
}
