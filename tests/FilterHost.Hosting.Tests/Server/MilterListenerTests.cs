using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using FilterHost.Hosting.Server;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Server;

[UnsupportedOSPlatform("windows")]
public sealed class MilterListenerTests : IDisposable
{
    private static readonly MilterOffer Offer = new(6, MilterActions.All, (MilterSteps)0x1FFFFF);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("listener");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_directory.FullName, "m.sock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_Unix_socket_has_its_mode_owner_and_group_and_goes_with_the_listener()
    {
        var options = Options($"unix:{SocketPath}") with
        {
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite,
            Owner = Environment.IsPrivilegedProcess ? "daemon" : Environment.UserName,
        };
        await using (var listener = await StartAsync(options))
        {
            Assert.Equal(options.Mode, File.GetUnixFileMode(SocketPath));
            Assert.True(UnixAccounts.TryFindUser(options.Owner, out var user));
            Assert.Equal(user, UnixFileStatus.Of(SocketPath)?.User);
            await ConverseAsync(options.Address);
        }
        Assert.Null(UnixFileStatus.Of(SocketPath));
    }

    [Fact]
    public async Task A_Unix_socket_takes_a_group_by_name_or_number()
    {
        Assert.True(UnixAccounts.TryFindGroup("root", out var root));
        Assert.Equal(0u, root);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give a socket to any group");
        await using var listener = await StartAsync(Options($"unix:{SocketPath}") with { Group = "1" });
        Assert.Equal(1u, UnixFileStatus.Of(SocketPath)?.Group);
    }

    [Fact]
    public async Task A_stale_socket_is_replaced_and_a_live_one_is_not()
    {
        LeaveStale();
        await using var listener = await StartAsync(Options($"unix:{SocketPath}"));
        await ConverseAsync(Options($"unix:{SocketPath}").Address);
        var refused = await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{SocketPath}")));
        Assert.True(refused.IsAddressInUse);
        await ConverseAsync(Options($"unix:{SocketPath}").Address);
    }

    [Fact]
    public async Task What_is_no_socket_is_left_alone()
    {
        await File.WriteAllTextAsync(SocketPath, "mail", Cancel);
        var refused = await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{SocketPath}")));
        Assert.Equal((false, "mail"), (refused.IsAddressInUse, await File.ReadAllTextAsync(SocketPath, Cancel)));
    }

    [Fact]
    public async Task What_is_in_a_sockets_way_is_named()
    {
        var missing = Path.Combine(_directory.FullName, "none", "m.sock");
        Assert.Contains("does not exist", (await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{missing}")))).Message);
        var lengthy = Path.Combine(_directory.FullName, new string('x', 108));
        Assert.Contains("at most 107", (await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{lengthy}")))).Message);
        Assert.Contains("no user", (await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{SocketPath}") with { Owner = "no-such-user" }))).Message);
        Assert.Contains("no group", (await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{SocketPath}") with { Group = "no-such-group" }))).Message);
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0x1FF);
        Assert.Contains("chmod o-w", (await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options($"unix:{SocketPath}")))).Message);
        Assert.Null(UnixFileStatus.Of(SocketPath));
    }

    [Theory]
    [InlineData("inet:0@localhost")]
    [InlineData("inet6:0@localhost")]
    public async Task A_TCP_port_that_is_taken_is_an_address_in_use(string address)
    {
        Assert.SkipUnless(address[4] == ':' || Socket.OSSupportsIPv6, "no IPv6");
        await using var listener = await StartAsync(Options(address));
        var taken = Address(listener);
        await ConverseAsync(taken);
        var refused = await Assert.ThrowsAsync<ListenException>(() => StartAsync(Options(taken.ToString())));
        Assert.True(refused.IsAddressInUse);
    }

    [Fact]
    public async Task A_client_that_is_not_allowed_is_dropped_without_a_word()
    {
        await using var listener = await StartAsync(Options("inet:0@localhost") with { Allow = [IPNetwork.Parse("192.0.2.0/24")] });
        await Assert.ThrowsAnyAsync<IOException>(() => ConverseAsync(Address(listener)));
        await using var other = await StartAsync(Options("inet:0@localhost") with { Allow = [IPNetwork.Parse("127.0.0.0/8")] });
        await ConverseAsync(Address(other));
    }

    [Fact]
    public async Task Over_the_limit_connections_wait()
    {
        await using var listener = await StartAsync(Options("inet:0@localhost") with { MaximumConnections = 1 });
        Task waiting;
        await using (var first = await OpenAsync(Address(listener)))
        {
            waiting = ConverseAsync(Address(listener));
            await first.HeloAsync("me", Cancel);
            Assert.Equal((false, 1), (waiting.IsCompleted, listener.ConnectionCount));
        }
        await waiting;
    }

    [Fact]
    public async Task A_stop_ends_idle_connections_at_once_and_gives_messages_in_hand_their_time()
    {
        var listener = await StartAsync(Options("inet:0@localhost") with { StopDeadline = TimeSpan.FromMinutes(5) });
        await using var idle = await OpenAsync(Address(listener));
        await using var busy = await OpenAsync(Address(listener));
        await busy.MailAsync("<>", [], Cancel);
        var stop = listener.StopAsync();
        // A command that was under way when the stop came may still be answered.
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
                await idle.HeloAsync("me", Cancel);
        });
        await busy.RecipientAsync("<a@b>", [], Cancel);
        Assert.False(stop.IsCompleted);
        Assert.Equal(MilterReplyKind.Continue, (await busy.EndOfMessageAsync(default, Cancel)).Kind);
        await stop.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(0, listener.ConnectionCount);
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task After_the_deadline_a_message_in_hand_is_cut_off()
    {
        await using var listener = await StartAsync(Options("inet:0@localhost") with { StopDeadline = TimeSpan.FromMilliseconds(50) });
        await using var busy = await OpenAsync(Address(listener));
        await busy.MailAsync("<>", [], Cancel);
        await listener.StopAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await Assert.ThrowsAnyAsync<IOException>(() => busy.RecipientAsync("<a@b>", [], Cancel));
    }

    [Fact]
    public async Task A_thousand_connections_dropped_at_random_points_leave_nothing_behind()
    {
        await using var listener = await StartAsync(Options($"unix:{SocketPath}"));
        var address = Options($"unix:{SocketPath}").Address;
        await ConverseAsync(address);
        var random = new Random(20260821);
        for (var i = 0; i < 1000; i++)
            await DropAsync(address, random);
        // The kernel's queue may still hold some, and a handle closes when the last operation on it lets go.
        var end = TimeProvider.System.GetTimestamp() + (60 * TimeProvider.System.TimestampFrequency);
        while ((listener.ConnectionCount, Sockets()) != (0, 1) && TimeProvider.System.GetTimestamp() < end)
            await Task.Delay(10, Cancel);
        Assert.Equal((0, 1), (listener.ConnectionCount, Sockets()));
        await ConverseAsync(address);
    }

    private static async Task DropAsync(MilterAddress address, Random random)
    {
        byte[] octets =
        [
            0, 0, 0, 13, (byte)'O', 0, 0, 0, 6, 0, 0, 1, 255, 0, 31, 255, 255, 0, 0, 0, 4, (byte)'H', (byte)'m', (byte)'e', 0, 0, 0, 0, 4, (byte)'M', (byte)'<', (byte)'>', 0,
            0, 0, 0, 5, (byte)'R', (byte)'<', (byte)'a', (byte)'>', 0, 0, 0, 0, 1, (byte)'N', 0, 0, 0, 3, (byte)'B', (byte)'x', (byte)'y', 0, 0, 0, 1, (byte)'E',
        ];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect((await address.ResolveAsync(Cancel))[0]);
        await socket.SendAsync(octets.AsMemory(0, random.Next(octets.Length + 1)), Cancel);
        if (random.Next(2) == 0)
            socket.Shutdown(SocketShutdown.Both);
    }

    // The one that listens and those that it accepted have its name; other tests have sockets of their own at the same time.
    private int Sockets() => File.ReadLines("/proc/net/unix").Count(line => line.EndsWith($" {SocketPath}", StringComparison.Ordinal));

    private static async Task<MilterClient> OpenAsync(MilterAddress address)
    {
        var client = await MilterClient.OpenAsync(address, null, Cancel);
        await client.NegotiateAsync(Offer, Cancel);
        return client;
    }

    private static async Task ConverseAsync(MilterAddress address)
    {
        await using var client = await OpenAsync(address);
        Assert.True((await client.HeloAsync("me", Cancel)).WasGiven);
        await client.QuitAsync(Cancel);
    }

    private static MilterAddress Address(MilterListener listener)
    {
        var endPoint = (IPEndPoint)listener.EndPoints[0];
        return Parse($"inet{(endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "")}:{endPoint.Port}@localhost");
    }

    private static MilterAddress Parse(string text) => MilterAddress.TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem);

    private static MilterListenerOptions Options(string address) => new() { Address = Parse(address) };

    private static async Task<MilterListener> StartAsync(MilterListenerOptions options)
    {
        var listener = await MilterListener.BindAsync(options, _ => new QuietCallbacks(), null, Cancel);
        listener.Start();
        return listener;
    }

    private void LeaveStale()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath + "x"));
        // Moved away, so that closing does not remove it.
        File.Move(SocketPath + "x", SocketPath);
    }
}
