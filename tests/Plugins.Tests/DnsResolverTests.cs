using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FilterHost.Dns;

namespace FilterHost.Plugins.Tests;

public sealed class DnsResolverTests
{
    private static readonly DomainName Name = DomainName.Parse("a.example");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_server_that_fails_or_refuses_is_a_server_failure(int code)
    {
        using var server = new Server(query => Reply(query, (ushort)(0x8180 | code)));
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(server)).Outcome);
    }

    [Fact]
    public async Task What_is_no_answer_is_a_server_failure()
    {
        // One record is announced and none is there.
        using var server = new Server(query => Reply(query, 0x8180, answers: 1));
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(server)).Outcome);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_a_timeout()
    {
        using var server = new Server(_ => null);
        Assert.Equal(DnsOutcome.Timeout, (await AskAsync(server)).Outcome);
    }

    [Fact]
    public async Task Every_octet_of_a_text_record_survives()
    {
        var octets = Enumerable.Range(0, 256).Select(octet => (byte)octet).ToArray();
        byte[] data = [200, .. octets[..200], 56, .. octets[200..]];
        using var server = new Server(query => Reply(query, 0x8180, 1, Record(16, 60, data)));
        var answer = await AskAsync(server);
        Assert.Equal(octets, Assert.IsType<DnsRecord.Text>(Assert.Single(answer.Records)).Value.ToArray());
    }

    [Theory]
    [InlineData(@"v=DKIM1; n=\200 \; ""quoted"" \")]
    [InlineData("v=DKIM1; n=größe")]
    public async Task Backslashes_digits_and_quotation_marks_of_a_text_record_are_text(string text)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        using var server = new Server(query => Reply(query, 0x8180, 1, Record(16, 60, [(byte)octets.Length, .. octets])));
        Assert.Equal(octets, Assert.IsType<DnsRecord.Text>(Assert.Single((await AskAsync(server)).Records)).Value.ToArray());
    }

    [Fact]
    public async Task A_trusted_server_is_asked_whether_it_validated()
    {
        // RFC 6840 §5.7: the server sets AD only for who sets AD or DO.
        using var server = new Server(query => Reply(query, (ushort)(AsksForAuthenticity(query) ? 0x81A0 : 0x8180), 1, Record(16, 60, [1, (byte)'x'])));
        Assert.Equal(DnsSecurity.Secure, (await AskAsync(server, "trusted = true")).Security);
        Assert.Equal(DnsSecurity.Unknown, (await AskAsync(server)).Security);
    }

    [Fact]
    public async Task One_question_is_in_flight_and_a_caller_that_gives_up_leaves_it_to_the_others()
    {
        var release = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var server = new Server(query =>
        {
            asked.TrySetResult();
            release.Task.Wait(Cancel);
            return Reply(query, 0x8180, 1, Record(16, 60, [1, (byte)'x']));
        });
        await using var plugins = await BuildAsync(server, "timeout = \"30s\"");
        var resolver = plugins.Service<IDnsResolver>();
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var first = resolver.ResolveAsync(Name, DnsRecordType.Txt, impatient.Token).AsTask();
        var second = resolver.ResolveAsync(Name, DnsRecordType.Txt, Cancel).AsTask();
        await asked.Task.WaitAsync(Cancel);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        Assert.Equal(DnsOutcome.Records, (await second).Outcome);
        Assert.Equal(1, server.Questions);
    }

    private static async Task<DnsAnswer> AskAsync(Server server, string more = "")
    {
        await using var plugins = await BuildAsync(server, more.Length > 0 ? more : "timeout = \"300ms\"");
        return await plugins.Service<IDnsResolver>().ResolveAsync(Name, DnsRecordType.Txt, Cancel);
    }

    private static Task<LoadedPlugins> BuildAsync(Server server, string more) =>
        new LoadedPlugins().BuildAsync($"[service.dns]\nplugin = \"DnsResolver\"\nservers = [\"{server.EndPoint}\"]\n{more}");

    private static byte[] Reply(byte[] query, ushort flags, ushort answers = 0, params byte[] records)
    {
        var question = query.AsSpan(12, Name.ToString().Length + 2 + 4);
        byte[] reply = [query[0], query[1], (byte)(flags >> 8), (byte)flags, 0, 1, 0, (byte)answers, 0, 0, 0, 0, .. question, .. records];
        return reply;
    }

    private static byte[] Record(ushort type, uint timeToLive, byte[] data)
    {
        var head = new byte[12];
        // The owner is the question's name.
        BinaryPrimitives.WriteUInt16BigEndian(head, 0xC00C);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), type);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(6), timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)data.Length);
        return [.. head, .. data];
    }

    // AD of the header, or DO of the OPT record, whose name is the root.
    private static bool AsksForAuthenticity(byte[] query)
    {
        var additional = 12 + Name.ToString().Length + 2 + 4;
        return (query[3] & 0x20) != 0 || (query.Length >= additional + 11 && (query[additional + 7] & 0x80) != 0);
    }

    private sealed class Server : IDisposable
    {
        private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        private int _questions;

        public Server(Func<byte[], byte[]?> answer) => _ = Task.Run(() => ServeAsync(answer), CancellationToken.None);

        public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public int Questions => Volatile.Read(ref _questions);

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync(Func<byte[], byte[]?> answer)
        {
            try
            {
                while (true)
                {
                    var received = await _socket.ReceiveAsync(CancellationToken.None);
                    Interlocked.Increment(ref _questions);
                    if (answer(received.Buffer) is { } reply)
                        await _socket.SendAsync(reply, received.RemoteEndPoint, CancellationToken.None);
                }
            }
            catch (Exception error) when (error is ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
