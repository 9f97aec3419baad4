using System.Diagnostics;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>OpenDKIM as a milter.</summary>
internal sealed class OpenDkimProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private OpenDkimProcess(DirectoryInfo folder, Process process) => (_folder, _process) = (folder, process);

    public string Socket => Path.Combine(_folder.FullName, "s");

    public static Task<OpenDkimProcess> StartSignerAsync(string domain, string selector, string keyFile, string algorithm) =>
        StartAsync($"""
            Mode s
            Domain {domain}
            Selector {selector}
            KeyFile {keyFile}
            SignatureAlgorithm {algorithm}
            Canonicalization relaxed/simple
            """);

    public static Task<OpenDkimProcess> StartVerifierAsync(NameServer names, string authservId) =>
        StartAsync($"""
            Mode v
            Nameservers {names.Address}
            AuthservID {authservId}
            AlwaysAddARHeader yes
            """);

    /// <summary>Starts it.</summary>
    /// <param name="settings">Lines of opendkim.conf, besides those for the socket and the process.</param>
    public static async Task<OpenDkimProcess> StartAsync(string settings)
    {
        var folder = Directory.CreateTempSubdirectory("fhod");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var configuration = Path.Combine(folder.FullName, "conf");
        await File.WriteAllTextAsync(configuration, $"""
            Syslog no
            Background no
            RequireSafeKeys no
            UserID root
            UMask 000
            Socket local:{folder.FullName}/s
            InternalHosts 127.0.0.1
            {settings}

            """);
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/opendkim", ["-f", "-x", configuration]) { RedirectStandardError = true })!;
        var opendkim = new OpenDkimProcess(folder, process);
        await Machine.UntilAsync(() => Machine.Accepts(opendkim.Socket) || process.HasExited, () => "opendkim did not listen");
        Assert.False(process.HasExited, "opendkim ended");
        return opendkim;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
