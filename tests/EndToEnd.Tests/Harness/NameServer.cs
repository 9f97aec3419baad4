using System.Diagnostics;
using System.Globalization;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>nsd as a name server for the whole name space, on an address of its own: for us, and for programs that ask who stands in resolv.conf.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private NameServer(DirectoryInfo folder, string address, Process process) => (_folder, Address, _process) = (folder, address, process);

    /// <summary>Where it listens, on port 53.</summary>
    public string Address { get; }

    /// <summary>A resolv.conf that names it.</summary>
    public string ResolvConf => Path.Combine(_folder.FullName, "resolv.conf");

    /// <summary>Starts it.</summary>
    /// <param name="zone">Records in the format of zone files, names absolute.</param>
    public static async Task<NameServer> StartAsync(string zone)
    {
        var folder = Directory.CreateTempSubdirectory("fhns");
        var address = string.Create(CultureInfo.InvariantCulture, $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(255)}.53");
        var path = (string name) => Path.Combine(folder.FullName, name);
        await File.WriteAllTextAsync(path("zone"), $"$ORIGIN .\n$TTL 300\n. SOA ns. root. 1 3600 600 86400 60\n. NS ns.\nns. A {address}\n{zone}\n");
        await File.WriteAllTextAsync(path("resolv.conf"), $"nameserver {address}\n");
        await File.WriteAllTextAsync(path("nsd.conf"), $"""
            server:
              ip-address: {address}
              username: ""
              chroot: ""
              zonesdir: "{folder.FullName}"
              database: ""
              pidfile: "{path("pid")}"
              xfrdfile: "{path("xfrd")}"
              xfrdir: "{folder.FullName}"
              zonelistfile: "{path("zonelist")}"
              server-count: 1
            remote-control:
              control-enable: no
            zone:
              name: "."
              zonefile: "zone"

            """);
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/nsd", ["-d", "-c", path("nsd.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var server = new NameServer(folder, address, process);
        await Machine.UntilAsync(() => File.Exists(path("pid")) || process.HasExited, () => "nsd does not start");
        Assert.False(process.HasExited, "nsd ended");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Its children end with it only where it is asked to.
        await Machine.RunAsync("/bin/kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(Machine.Patience);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
