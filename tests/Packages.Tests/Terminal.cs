using System.Diagnostics;
using System.Text;

namespace FilterHost.Packages.Tests;

/// <summary>A script that runs until the test has seen enough.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly Process _process;
    private readonly StringBuilder _text = new();

    public Terminal(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it printed.</summary>
    public string Text()
    {
        lock (_text)
            return _text.ToString();
    }

    /// <summary>Waits until it has printed a text.</summary>
    public async Task HasPrintedAsync(string text)
    {
        var clock = Stopwatch.StartNew();
        while (!Text().Contains(text, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Patience && !_process.HasExited, $"'{text}' was not printed:\n{Text()}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_text)
            _text.Append(line.Data).Append('\n');
    }
}
