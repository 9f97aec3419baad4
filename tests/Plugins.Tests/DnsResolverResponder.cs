using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FilterHost.Plugins.Tests;

/// <summary>A server of a test's own, on one port over UDP and TCP: it answers what the test says, or nothing where that is null.</summary>
internal sealed class DnsResolverResponder : IDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private int _questions;

    public DnsResolverResponder(Func<Query, byte[]?> answer)
    {
        _tcp = Bind(_udp);
        _ = Task.Run(() => UntilDisposedAsync(() => ServeDatagramsAsync(answer)), CancellationToken.None);
        _ = Task.Run(() => UntilDisposedAsync(() => ServeConnectionsAsync(answer)), CancellationToken.None);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_tcp.LocalEndpoint;

    public int Questions => Volatile.Read(ref _questions);

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    // A port that is free for one may be taken for the other.
    private static TcpListener Bind(Socket udp)
    {
        while (true)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            try
            {
                udp.Bind(tcp.LocalEndpoint);
                return tcp;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                tcp.Dispose();
            }
        }
    }

    private static async Task UntilDisposedAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException or IOException)
        {
            // The test is over.
        }
    }

    private async Task ServeDatagramsAsync(Func<Query, byte[]?> answer)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            Interlocked.Increment(ref _questions);
            if (answer(new Query(buffer[..received.ReceivedBytes], IsTcp: false)) is { } reply)
                await _udp.SendToAsync(reply, received.RemoteEndPoint);
        }
    }

    private async Task ServeConnectionsAsync(Func<Query, byte[]?> answer)
    {
        while (true)
        {
            var client = await _tcp.AcceptTcpClientAsync();
            _ = Task.Run(() => UntilDisposedAsync(() => ServeConnectionAsync(client, answer)), CancellationToken.None);
        }
    }

    private async Task ServeConnectionAsync(TcpClient client, Func<Query, byte[]?> answer)
    {
        using var _ = client;
        var stream = client.GetStream();
        var length = new byte[2];
        while (await stream.ReadAtLeastAsync(length, 2, throwOnEndOfStream: false) == 2)
        {
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(query);
            Interlocked.Increment(ref _questions);
            if (answer(new Query(query, IsTcp: true)) is { } reply)
                await stream.WriteAsync((byte[])[(byte)(reply.Length >> 8), (byte)reply.Length, .. reply]);
        }
    }

    /// <summary>A query as it came, and replies to it (RFC 1035 §4.1).</summary>
    internal sealed record Query(byte[] Octets, bool IsTcp)
    {
        public const ushort NoError = 0x8180;
        public const ushort Truncated = 0x8380;
        public const ushort Authenticated = 0x81A0;

        private int QuestionLength => 12 + Octets.AsSpan(12).IndexOf((byte)0) + 1 + 4 - 12;

        /// <summary>AD of the header, or DO of the OPT record.</summary>
        public bool AsksForAuthenticity =>
            (Octets[3] & 0x20) != 0 || (Octets.Length >= 12 + QuestionLength + 11 && (Octets[12 + QuestionLength + 7] & 0x80) != 0);

        public byte[] Reply(ushort flags, params byte[][] answers) => Reply(flags, answers, [], []);

        public byte[] Reply(ushort flags, byte[][] answers, byte[][] authorities, byte[][] additionals) =>
        [
            Octets[0], Octets[1], (byte)(flags >> 8), (byte)flags, 0, 1, 0, (byte)answers.Length, 0, (byte)authorities.Length, 0, (byte)additionals.Length,
            .. Octets.AsSpan(12, QuestionLength), .. answers.SelectMany(octets => octets), .. authorities.SelectMany(octets => octets), .. additionals.SelectMany(octets => octets),
        ];

        /// <summary>A record; the owner of null is the question's name, by a pointer (RFC 1035 §4.1.4).</summary>
        public static byte[] Record(string? owner, ushort type, uint timeToLive, params byte[] data) =>
        [
            .. owner is null ? [0xC0, 12] : Name(owner), (byte)(type >> 8), (byte)type, 0, 1,
            (byte)(timeToLive >> 24), (byte)(timeToLive >> 16), (byte)(timeToLive >> 8), (byte)timeToLive, (byte)(data.Length >> 8), (byte)data.Length, .. data,
        ];

        public static byte[] Text(uint timeToLive, params byte[] octets) => Record(null, 16, timeToLive, [(byte)octets.Length, .. octets]);

        public static byte[] Alias(string? owner, string target, uint timeToLive = 60) => Record(owner, 5, timeToLive, Name(target));

        public static byte[] StartOfAuthority(uint timeToLive, uint minimum) =>
            Record("example", 6, timeToLive, [0, 0, .. new byte[16], (byte)(minimum >> 24), (byte)(minimum >> 16), (byte)(minimum >> 8), (byte)minimum]);

        /// <summary>An OPT record with one extended error (RFC 8914 §2).</summary>
        public static byte[] ExtendedError(ushort code) => [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 6, 0, 15, 0, 2, (byte)(code >> 8), (byte)code];

        public static byte[] Name(string name) =>
            [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]), 0];
    }
}
