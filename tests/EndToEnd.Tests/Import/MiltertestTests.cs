using System.Diagnostics;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>Scripts of miltertest, OpenDKIM's own test driver, against the host that is started through the shims named opendkim and opendmarc.</summary>
public sealed class MiltertestTests
{
    private const string Miltertest = "/usr/bin/miltertest";

    public static TheoryData<string, string> Scripts
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var script in Directory.GetFiles(Folder, "*.lua").Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => name != "common").Order(StringComparer.Ordinal))
            {
                data.Add(script, "unix");
                data.Add(script, "inet");
            }
            return data;
        }
    }

    private static string Root => FilterHost.Tests.ConformanceData.RepositoryRoot;

    private static string Folder => Path.Combine(Root, "tests/EndToEnd.Tests/Miltertest");

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task The_script_is_content_with_the_host_in_the_daemons_place(string script, string kind)
    {
        Machine.Require(Miltertest);
        var folder = Directory.CreateTempSubdirectory("fhmt");
        try
        {
            var port = Machine.FreePort();
            var socket = kind == "unix" ? $"local:{folder.FullName}/s" : $"inet:{port}@127.0.0.1";
            var (code, output) = await RunAsync(script, folder.FullName, socket);
            Assert.True(code == 0, output);
            // It stopped in order: nothing is left of the socket.
            Assert.False(File.Exists($"{folder.FullName}/s"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, string folder, string socket)
    {
        foreach (var (path, text) in ImportedFiles.All(folder).Where(file => file.Path == "keys/example.com.private"))
        {
            var key = Path.Combine(folder, Path.GetFileName(path));
            await File.WriteAllTextAsync(key, text);
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var common = $"Background yes\nNameservers 127.0.0.1\nAuthservID mx.example.org\nDNSTimeout 1\n";
        await File.WriteAllTextAsync($"{folder}/opendkim.conf", $"{common}Domain example.com\nSelector sel\nKeyFile {folder}/example.com.private\nCanonicalization relaxed/simple\nAlwaysAddARHeader yes\nPeerList 192.0.2.25\n");
        await File.WriteAllTextAsync($"{folder}/refusing.conf", $"{common}Mode v\nOn-NoSignature reject\n");
        await File.WriteAllTextAsync($"{folder}/opendmarc.conf", "AuthservID mx.example.org\nTrustedAuthservIDs dkim.example.org\n");
        var shim = Path.Combine(Root, "packaging/shims", script == "dmarc" ? "opendmarc" : "opendkim");
        var start = new ProcessStartInfo(Miltertest, ["-D", $"SOCKET={socket}", "-D", $"SHIM={shim}", "-D", $"FOLDER={Folder}", "-D", $"CONF={folder}/opendkim.conf", "-D", $"REFUSING={folder}/refusing.conf", "-D", $"DMARC={folder}/opendmarc.conf", "-s", $"{Folder}/{script}.lua"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(FilterHostProcess.Program)}:/usr/bin:/bin";
        // Each host has settings of its own there.
        start.Environment["STATE_DIRECTORY"] = Path.Combine(folder, "state");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90));
        return (process.ExitCode, await output + await errors);
    }
}
