using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A host whose settings and plugins are a test's own to change, and its control socket.</summary>
public sealed class ReloadSetup : MailSetup
{
    private static readonly string[] Plugins = ["DkimSign", "DkimVerify", "FileKeyStore", "ZoneFileResolver"];

    protected override string HostSettings => "control_socket = \"control.sock\"\nplugin_directories = [\"plugins\"]\nstate_directory = \"state\"\nwarm_up = false\n";

    internal string PluginFolder => Path.Combine(Folder, "plugins");

    /// <summary>Has the host take settings; gives what it reports.</summary>
    internal async Task<(bool IsApplied, string[] Changes, string[] Problems)> ReloadAsync(string settings)
    {
        var path = Path.Combine(Folder, "filterhost.toml");
        await File.WriteAllTextAsync($"{path}.new", settings);
        File.Move($"{path}.new", path, overwrite: true);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, "control.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("reload\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.False(answer.Length == 0, Host.Log());
        using var report = JsonDocument.Parse(answer);
        return (report.RootElement.GetProperty("applied").GetBoolean(),
            [.. report.RootElement.GetProperty("changes").EnumerateArray().Select(change => change.GetString()!)],
            [.. report.RootElement.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("text").GetString()!)]);
    }

    /// <summary>The copies of plugins whose code the host has in memory.</summary>
    internal int LoadedCopies() => File.ReadLines($"/proc/{Host.Id.ToString(CultureInfo.InvariantCulture)}/maps")
        .Select(line => line[(line.LastIndexOf(' ') + 1)..])
        .Where(file => file.StartsWith(Path.Combine(Folder, "state/plugins"), StringComparison.Ordinal))
        .Select(Path.GetDirectoryName)
        .Distinct()
        .Count();

    /// <summary>How many worker processes the host has.</summary>
    internal int Workers() => Directory.EnumerateDirectories($"/proc/{Host.Id.ToString(CultureInfo.InvariantCulture)}/task").Select(thread => Path.Combine(thread, "children")).Where(File.Exists).Sum(file => File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    /// <summary>The memory of the host, in MB.</summary>
    internal int Memory() => int.Parse(File.ReadLines($"/proc/{Host.Id.ToString(CultureInfo.InvariantCulture)}/status")
        .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    protected override async ValueTask PrepareAsync()
    {
        foreach (var plugin in Plugins)
            await Machine.RunAsync("/bin/cp", ["-r", "--parents", plugin, Directory.CreateDirectory(PluginFolder).FullName], folder: Path.Combine(Path.GetDirectoryName(FilterHostProcess.Program)!, "plugins"));
    }
}
