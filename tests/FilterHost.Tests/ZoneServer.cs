using System.Diagnostics;
using System.Globalization;

namespace FilterHost.Tests;

/// <summary>nsd as the name server of the whole name space, on loopback.</summary>
internal sealed class ZoneServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nsd";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhzone");
    private readonly Process _process;

    private ZoneServer(string zone, bool isForEverybody)
    {
        // The address is hardly another's, so that no port of it is taken. Programs that ask who stands in resolv.conf ask at port 53.
        Address = string.Create(CultureInfo.InvariantCulture, $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(255)}.53");
        Port = isForEverybody ? 53 : 5353;
        File.WriteAllText(PathOf("zone"), $"$ORIGIN .\n$TTL 300\n. SOA ns. root. 1 3600 600 86400 60\n. NS ns.\nns. A {Address}\n{zone}\n");
        File.WriteAllText(PathOf("resolv.conf"), $"nameserver {Address}\n");
        File.WriteAllText(PathOf("nsd.conf"), $"""
            server:
              ip-address: {Address}@{Port}
              username: ""
              chroot: ""
              zonesdir: "{_folder.FullName}"
              database: ""
              pidfile: "{PathOf("pid")}"
              xfrdfile: "{PathOf("xfrd")}"
              xfrdir: "{_folder.FullName}"
              zonelistfile: "{PathOf("zonelist")}"
              server-count: 1
            remote-control:
              control-enable: no
            zone:
              name: "."
              zonefile: "zone"

            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-d", "-c", PathOf("nsd.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public string Address { get; }

    public int Port { get; }

    /// <summary>As the options of the program take it.</summary>
    public string Server => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");

    /// <summary>A resolv.conf that names it.</summary>
    public string ResolvConf => PathOf("resolv.conf");

    /// <summary>Starts it.</summary>
    /// <param name="zone">Records in the format of zone files, names absolute.</param>
    /// <param name="isForEverybody">True for port 53, which takes root.</param>
    public static async Task<ZoneServer> StartAsync(string zone, bool isForEverybody = false)
    {
        Programs.Require(Program);
        var server = new ZoneServer(zone, isForEverybody);
        var clock = Stopwatch.StartNew();
        while (!File.Exists(server.PathOf("pid")))
        {
            Assert.False(server._process.HasExited, "nsd ended");
            Assert.True(clock.Elapsed < Workplace.Patience, "nsd does not start");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Its children end with it only where it is asked to.
        using (var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Workplace.Patience);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
