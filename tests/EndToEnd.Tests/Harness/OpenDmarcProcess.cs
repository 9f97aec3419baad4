using System.Diagnostics;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>OpenDMARC as a milter, with a resolv.conf of its own, since it takes no other word on whom to ask.</summary>
internal sealed class OpenDmarcProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private OpenDmarcProcess(DirectoryInfo folder, Process process) => (_folder, _process) = (folder, process);

    public string Socket => Path.Combine(_folder.FullName, "s");

    /// <summary>Starts it.</summary>
    /// <param name="names">Whom it asks.</param>
    /// <param name="settings">Further lines of opendmarc.conf.</param>
    public static async Task<OpenDmarcProcess> StartAsync(NameServer names, string settings)
    {
        var folder = Directory.CreateTempSubdirectory("fhdm");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var configuration = Path.Combine(folder.FullName, "conf");
        await File.WriteAllTextAsync(configuration, $"""
            Syslog no
            Background no
            UserID root
            UMask 000
            Socket local:{folder.FullName}/s
            PublicSuffixList /usr/share/publicsuffix/public_suffix_list.dat
            {settings}

            """);
        var process = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["--mount", "/bin/sh", "-ec", $"mount --bind {names.ResolvConf} /etc/resolv.conf; exec /usr/sbin/opendmarc -f -c {configuration}"]) { RedirectStandardError = true })!;
        var opendmarc = new OpenDmarcProcess(folder, process);
        await Machine.UntilAsync(() => File.Exists(opendmarc.Socket) || process.HasExited, () => "opendmarc did not listen");
        Assert.False(process.HasExited, "opendmarc ended");
        return opendmarc;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
