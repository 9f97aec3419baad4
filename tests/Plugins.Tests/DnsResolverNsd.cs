using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Query = FilterHost.Plugins.Tests.DnsResolverResponder.Query;

namespace FilterHost.Plugins.Tests;

/// <summary>A real name server for <c>example.</c> on loopback, with a zone of a test's own.</summary>
internal sealed class DnsResolverNsd : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nsd";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhnsd");
    private readonly Process _process;

    private DnsResolverNsd(string zone)
    {
        // The address is hardly another's, so that no port of it is taken.
        EndPoint = new IPEndPoint(new IPAddress([127, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(255), 53]), 5353);
        File.WriteAllText(Path.Combine(_folder.FullName, "zone"), $"$ORIGIN example.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n{zone}\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "nsd.conf"), $"""
            server:
              ip-address: {EndPoint.Address}@{EndPoint.Port}
              username: ""
              chroot: ""
              zonesdir: "{_folder.FullName}"
              database: ""
              pidfile: "{_folder.FullName}/pid"
              xfrdfile: "{_folder.FullName}/xfrd"
              xfrdir: "{_folder.FullName}"
              zonelistfile: "{_folder.FullName}/zonelist"
              server-count: 1
              # Long answers are cut, as by servers that fear fragments.
              ipv4-edns-size: 512
            remote-control:
              control-enable: no
            zone:
              name: "example."
              zonefile: "zone"

            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-d", "-c", Path.Combine(_folder.FullName, "nsd.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts the server and waits until it answers; the test is skipped where it is not installed.</summary>
    public static async Task<DnsResolverNsd> StartAsync(string zone)
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is missing: the package nsd");
        var server = new DnsResolverNsd(zone);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (await server.TryAskAsync("example", 6) is { } reply && (reply[3] & 0xF) == 0)
                return server;
            if (server._process.HasExited)
                break;
        }
        await server._process.StandardError.BaseStream.FlushAsync();
        server._process.Kill();
        Assert.Fail($"nsd does not answer: {await server._process.StandardError.ReadToEndAsync()}");
        return server;
    }

    /// <summary>The reply over UDP as it is, without EDNS.</summary>
    public async Task<byte[]> AskAsync(string name, byte type)
    {
        while (true)
        {
            if (await TryAskAsync(name, type) is { } reply)
                return reply;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The server has children that end with it only if it is asked.
        using (Process.Start("kill", [_process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    // Null where none comes within a moment.
    private async Task<byte[]?> TryAskAsync(string name, byte type)
    {
        using var socket = new UdpClient();
        socket.Connect(EndPoint);
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        moment.CancelAfter(100);
        try
        {
            await socket.SendAsync((byte[])[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. Query.Name(name), 0, type, 0, 1], moment.Token);
            return (await socket.ReceiveAsync(moment.Token)).Buffer;
        }
        catch (SocketException)
        {
            // Nobody listens yet.
            await Task.Delay(20, TestContext.Current.CancellationToken);
            return null;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
