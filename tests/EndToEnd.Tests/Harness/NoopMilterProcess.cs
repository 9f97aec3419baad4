using System.Diagnostics;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>A filter in C on libmilter that reads everything and inserts one field, compiled by the test.</summary>
internal sealed class NoopMilterProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private NoopMilterProcess(DirectoryInfo folder, Process process) => (_folder, _process) = (folder, process);

    public string Socket => Path.Combine(_folder.FullName, "s");

    public static async Task<NoopMilterProcess> StartAsync()
    {
        // It lies beside the repository, as the conformance data does.
        var source = Path.Combine(FilterHost.Tests.ConformanceData.Folder("../bench"), "noop-milter.c");
        Machine.Require("/usr/bin/cc", "/usr/include/libmilter/mfapi.h", source);
        var folder = Directory.CreateTempSubdirectory("fhno");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var program = Path.Combine(folder.FullName, "noop");
        var (code, _, error) = await Machine.RunAsync("/usr/bin/cc", ["-O1", "-o", program, source, "-lmilter", "-lpthread"]);
        Assert.True(code == 0, error);
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"umask 0; exec {program} unix:{folder.FullName}/s"]) { RedirectStandardError = true })!;
        var milter = new NoopMilterProcess(folder, process);
        await Machine.UntilAsync(() => File.Exists(milter.Socket) || process.HasExited, () => "the milter did not listen");
        Assert.False(process.HasExited, "the milter ended");
        return milter;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
