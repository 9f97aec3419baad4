using System.Diagnostics;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>A daemon and FilterHost with what was imported of its configuration file, beside each other.</summary>
internal sealed class ImportedHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhim");
    private Process? _daemon;
    private FilterHostProcess? _host;

    public string Folder => _folder.FullName;

    public string OldSocket => Path.Combine(Folder, "old.sock");

    public string NewSocket => Path.Combine(Folder, "new.sock");

    /// <summary>The settings that were made.</summary>
    public string Settings { get; private set; } = "";

    public static string Configurations(string daemon) => Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "tests/EndToEnd.Tests/Import", daemon);

    /// <summary>All files for a daemon.</summary>
    public static IEnumerable<string> Names(string daemon) => Directory.GetFiles(Configurations(daemon), "*.conf").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>Starts OpenDKIM on a file, and FilterHost on what is imported of it.</summary>
    public async Task StartOpenDkimAsync(string name, NameServer names)
    {
        var file = await WriteAsync("opendkim", name, names);
        Settings = await ImportAsync("opendkim", file);
        // OpenDKIM takes no key below a folder that others can write, sticky or not.
        await File.AppendAllTextAsync(file, "Background no\nUserID root\nRequireSafeKeys no\n");
        _daemon = Process.Start(new ProcessStartInfo("/usr/sbin/opendkim", ["-f", "-x", file, "-p", $"local:{OldSocket}"]) { RedirectStandardError = true, WorkingDirectory = Folder })!;
        await RunAsync();
    }

    /// <summary>Starts OpenDMARC on a file, and FilterHost on what is imported of it.</summary>
    public async Task StartOpenDmarcAsync(string name, NameServer names)
    {
        var file = await WriteAsync("opendmarc", name, names);
        await File.AppendAllTextAsync(file, "PublicSuffixList /usr/share/publicsuffix/public_suffix_list.dat\n");
        // OpenDMARC asks whom resolv.conf names.
        Settings = (await ImportAsync("opendmarc", file)).Replace("plugin = \"DnsResolver\"\n", $"plugin = \"DnsResolver\"\nservers = [\"{names.Address}:53\"]\n", StringComparison.Ordinal);
        await File.AppendAllTextAsync(file, "Background no\nUserID root\n");
        _daemon = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["--mount", "/bin/sh", "-ec", $"mount --bind {names.ResolvConf} /etc/resolv.conf; exec /usr/sbin/opendmarc -f -c {file} -p local:{OldSocket}"]) { RedirectStandardError = true, WorkingDirectory = Folder })!;
        await RunAsync();
    }

    /// <summary>Sends a message to both. A signature's time is in whole seconds: it is sent again until both signed within the same one.</summary>
    public async Task<(Answer Old, Answer New)> SendAsync(Mail mail)
    {
        for (var left = 5; ; left--)
        {
            var answers = await Task.WhenAll(MailSession.SendAsync(OldSocket, mail), MailSession.SendAsync(NewSocket, mail));
            if (answers[0].Times == answers[1].Times || left == 0)
                return (answers[0], answers[1]);
        }
    }

    public string Log => _host?.Log() ?? "";

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_daemon is not null)
        {
            _daemon.Kill(entireProcessTree: true);
            await _daemon.WaitForExitAsync();
            _daemon.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private async Task<string> WriteAsync(string daemon, string name, NameServer names)
    {
        foreach (var (path, text) in ImportedFiles.All(Folder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, path))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(Path.Combine(Folder, path), text);
            File.SetUnixFileMode(Path.Combine(Folder, path), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var template = await File.ReadAllTextAsync(Path.Combine(Configurations(daemon), $"{name}.conf"));
        var file = Path.Combine(Folder, $"{daemon}.conf");
        await File.WriteAllTextAsync(file, template.Replace("@DIR@", Folder, StringComparison.Ordinal).Replace("@DNS@", names.Address, StringComparison.Ordinal));
        return file;
    }

    private async Task<string> ImportAsync(string daemon, string file)
    {
        var (code, output, errors) = await Machine.RunAsync(FilterHostProcess.Program, ["import", daemon, "--user", "root", "--", daemon == "opendkim" ? "-x" : "-c", file, "-p", $"local:{NewSocket}"], folder: Folder);
        Assert.True(code == 0, errors);
        // Both run as root here; who the host becomes is tested elsewhere.
        return output.Replace("user = \"root\"\n", "", StringComparison.Ordinal);
    }

    private async Task RunAsync()
    {
        await Machine.UntilAsync(() => Machine.Accepts(OldSocket) || _daemon!.HasExited, () => "the daemon does not listen");
        if (_daemon!.HasExited)
            Assert.Fail($"the daemon ended: {await _daemon.StandardError.ReadToEndAsync()}");
        _host = await FilterHostProcess.StartAsync(Folder, Settings);
    }
}
