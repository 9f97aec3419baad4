using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Tests;

public sealed class ListeningTests
{
    [Fact]
    public async Task An_address_that_another_process_has_is_75()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var place = new Workplace().With(string.Create(CultureInfo.InvariantCulture, $"[[listener]]\nsocket = \"inet:{port}@localhost\"\nfilters = []\n"));
        (await place.RunAsync("run")).Expect(75).HasProblemInLog(port.ToString(CultureInfo.InvariantCulture), "address in use");
    }

    [Fact]
    public async Task A_socket_that_another_process_listens_at_is_75_and_stays()
    {
        using var place = new Workplace().With(Samples.Nothing);
        await using var first = await place.ListenAsync();
        (await place.RunAsync("run")).Expect(75).HasProblemInLog(Path.Combine(place.Folder, "s"), "address in use");
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(place.Folder, "s")), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_socket_that_a_dead_process_left_is_replaced()
    {
        using var place = new Workplace().With(Samples.Nothing);
        await using (var first = await place.ListenAsync())
            await first.KillAsync();
        Assert.True(File.Exists(Path.Combine(place.Folder, "s")));
        await using var second = await place.ListenAsync();
        Assert.Equal(0, (await second.StopAsync()).Code);
    }

    [Fact]
    public async Task SIGTERM_ends_an_idle_host_at_once_although_an_MTA_keeps_a_connection()
    {
        using var place = new Workplace().With("stop_deadline = \"60s\"\n" + Samples.Nothing);
        await using var host = await place.ListenAsync();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(place.Folder, "s")), TestContext.Current.CancellationToken);
        var (code, time) = await host.StopAsync();
        Assert.Equal(0, code);
        // A second is the promise; the rest is for a machine that is busy.
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.False(File.Exists(Path.Combine(place.Folder, "s")));
    }
}
