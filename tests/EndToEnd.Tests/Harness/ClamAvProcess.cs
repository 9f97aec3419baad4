using System.Diagnostics;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>clamd and clamav-milter, set up as the example's README says, with one signature: that of EICAR's test file.</summary>
internal sealed class ClamAvProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _scanner;
    private readonly Process _milter;

    private ClamAvProcess(DirectoryInfo folder, Process scanner, Process milter) => (_folder, _scanner, _milter) = (folder, scanner, milter);

    /// <summary>The test file. In two parts, so that no scanner takes this source for it.</summary>
    public static string Eicar { get; } = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    public string Socket => Path.Combine(_folder.FullName, "milter");

    public static async Task<ClamAvProcess> StartAsync()
    {
        Machine.Require("/usr/sbin/clamd", "/usr/sbin/clamav-milter");
        var folder = Directory.CreateTempSubdirectory("fhcl");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var database = folder.CreateSubdirectory("db").FullName;
        await File.WriteAllTextAsync(Path.Combine(database, "eicar.ndb"), $"Eicar-Test:0:*:{Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(Eicar)).ToLowerInvariant()}\n");
        var scanner = await StartAsync("/usr/sbin/clamd", folder, "clamd", $"""
            LocalSocket {folder.FullName}/clamd
            DatabaseDirectory {database}
            Foreground yes

            """);
        var milter = await StartAsync("/usr/sbin/clamav-milter", folder, "milter", $"""
            MilterSocket unix:{folder.FullName}/milter
            ClamdSocket unix:{folder.FullName}/clamd
            Foreground yes
            OnInfected Reject
            RejectMsg infected by %v
            OnFail Defer
            AddHeader Replace
            MilterSocketMode 666

            """);
        return new ClamAvProcess(folder, scanner, milter);
    }

    public Task StopMilterAsync() => StopAsync(_milter);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _milter, _scanner })
        {
            await StopAsync(process);
            process.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private static async Task<Process> StartAsync(string program, DirectoryInfo folder, string socket, string configuration)
    {
        var path = Path.Combine(folder.FullName, $"{socket}.conf");
        await File.WriteAllTextAsync(path, configuration);
        var log = Path.Combine(folder.FullName, $"{socket}.log");
        await File.WriteAllTextAsync(log, "");
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {program} --config-file={path} > {log} 2>&1"]))!;
        await Machine.UntilAsync(() => process.HasExited || Directory.GetFileSystemEntries(folder.FullName, socket).Length > 0, () => File.ReadAllText(log));
        Assert.False(process.HasExited, await File.ReadAllTextAsync(log));
        return process;
    }

    private static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }
}
