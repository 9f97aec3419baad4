using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Milter.Tests;

public class MilterClientTests
{
    private static readonly MilterOffer Offer = new(6, MilterActions.All, (MilterSteps)0x1FFFFF);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MilterSteps.None)]
    [InlineData(MilterSteps.NoReplyHeader | MilterSteps.NoReplyBody | MilterSteps.NoReplyMail | MilterSteps.HeaderLeadingSpace)]
    [InlineData(MilterSteps.NoUnknown | MilterSteps.NoData | MilterSteps.NoHelo)]
    public async Task Client_and_session_understand_each_other(MilterSteps steps)
    {
        var callbacks = new RecordingCallbacks
        {
            Wanted = new(MilterActions.All, steps, [new(MacroStage.Helo, ["i", "j"])]),
            Edit = edits =>
            {
                edits.InsertHeader(0, "X"u8, " a\r\n b"u8);
                edits.ChangeHeader(2, "Y"u8, ""u8);
                edits.ReplaceBody(new byte[70_000]);
                edits.AddRecipient("<a@b>"u8, "NOTIFY=NEVER");
                edits.DeleteRecipient("<c@d>"u8);
                edits.ChangeSender("<>"u8);
                edits.Quarantine("why"u8);
            },
        };
        callbacks.Answer(MilterCommand.EndOfMessage, MilterReply.Accept);
        var (ours, theirs) = await PairAsync();
        var session = new MilterSession(theirs, callbacks, new(), NullLogger.Instance).RunAsync(CancellationToken.None);
        await using (var client = new MilterClient(new NetworkStream(ours, ownsSocket: true)))
        {
            await client.NegotiateAsync(Offer, Cancel);
            Assert.Equal(["i", "j"], Assert.Single(client.MacroLists).Names);
            client.SetMacros(MilterCommand.Connect, new KeyValuePair<string, string>("j", "mx"));
            Assert.True((await client.ConnectAsync("host", '4', 25, "192.0.2.1", Cancel)).WasGiven);
            Assert.Equal(!steps.HasFlag(MilterSteps.NoHelo), (await client.HeloAsync("me", Cancel)).WasGiven);
            Assert.Equal(!steps.HasFlag(MilterSteps.NoReplyMail), (await client.MailAsync("<a@b>", ["SIZE=1"], Cancel)).WasGiven);
            Assert.True((await client.RecipientAsync("<c@d>", [], Cancel)).WasGiven);
            await client.DataAsync(Cancel);
            await client.HeaderAsync("Subject"u8.ToArray(), " x\r\n y"u8.ToArray(), Cancel);
            await client.EndOfHeadersAsync(Cancel);
            await client.BodyAsync(new byte[65_536], Cancel);
            var end = await client.EndOfMessageAsync(default, Cancel);
            Assert.Equal(MilterReplyKind.Accept, end.Kind);
            Assert.Equal(
                ["InsertHeader", "ChangeHeader", "ReplaceBody", "ReplaceBody", "AddRecipient", "DeleteRecipient", "ChangeSender", "Quarantine"],
                end.Edits.Select(edit => edit.GetType().Name));
            var insert = Assert.IsType<MilterEdit.InsertHeader>(end.Edits[0]);
            var space = steps.HasFlag(MilterSteps.HeaderLeadingSpace) ? " " : "";
            Assert.Equal($"{space}a\n b", Encoding.ASCII.GetString(insert.Value.Span));
            Assert.Contains($"L:Subject={space}x\n y", callbacks.Calls);
            Assert.Contains("B:65535", callbacks.Calls);
            await client.QuitAsync(Cancel);
        }
        await session;
        Assert.EndsWith("E closed", callbacks.Log);
    }

    [Theory]
    [InlineData("y550 5.7.1 no\0", true)]
    [InlineData("y550-5.7.1 a\r\n550 5.7.1 b\0", true)]
    [InlineData("y250 ok\0", false)]
    [InlineData("y550 no", false)]
    [InlineData("y550-a\r\n551 b\0", false)]
    [InlineData("y550 a\r\n550 b\0", false)]
    [InlineData("y550 a\nb\0", false)]
    [InlineData("y\0", false)]
    [InlineData("cx", false)]
    [InlineData("s", false)]
    [InlineData("f", false)]
    [InlineData("4", false)]
    [InlineData("hX\0a\0", false)]
    [InlineData("Z", false)]
    public async Task Only_well_formed_replies_are_taken(string frame, bool well)
    {
        var (client, theirs) = await NegotiatedAsync(Wire.Offer(6, 0x1FF, 0));
        await using var _ = client;
        using var __ = theirs;
        await theirs.SendAsync(Wire.Frame(frame));
        if (well)
            Assert.Equal(MilterReplyKind.ReplyCode, (await client.HeloAsync("me", Cancel)).Kind);
        else
            await Assert.ThrowsAsync<MilterProtocolException>(() => client.HeloAsync("me", Cancel));
    }

    [Theory]
    [InlineData("hX\0a\0b\0")]
    [InlineData("h\0a\0")]
    [InlineData("i\0\0\0")]
    [InlineData("m\0\0\0\u0001X\0a")]
    [InlineData("+<a>")]
    [InlineData("e<a>\0b\0c\0")]
    [InlineData("qwhy\0")]
    public async Task Malformed_edits_and_those_not_negotiated_are_refused(string frame)
    {
        var (client, theirs) = await NegotiatedAsync(Wire.Offer(6, 0x1DF, 0));
        await using var _ = client;
        using var __ = theirs;
        await theirs.SendAsync(Wire.Frames(frame, "c"));
        await Assert.ThrowsAsync<MilterProtocolException>(() => client.EndOfMessageAsync(default, Cancel));
    }

    [Theory]
    [InlineData(7u, 0u, 0u)]
    [InlineData(1u, 0u, 0u)]
    [InlineData(6u, 0x200u, 0u)]
    [InlineData(6u, 0u, 0x80000000u)]
    public async Task An_answer_beyond_the_offer_is_refused(uint version, uint actions, uint steps) =>
        await Assert.ThrowsAsync<MilterProtocolException>(() => NegotiatedAsync(Wire.Offer(version, actions, steps)));

    [Fact]
    public async Task Progress_is_counted_and_is_no_reply()
    {
        var (client, theirs) = await NegotiatedAsync(Wire.Offer(6, 0, 0));
        await using var _ = client;
        using var __ = theirs;
        await theirs.SendAsync(Wire.Frames("p", "p", "t"));
        Assert.Equal((MilterReplyKind.TempFail, 2), await client.EndOfMessageAsync(default, Cancel) is var end ? (end.Kind, end.ProgressCount) : default);
    }

    [Fact]
    public async Task A_late_filter_is_a_timeout()
    {
        var (client, theirs) = await NegotiatedAsync(Wire.Offer(6, 0, 0), new() { CommandTimeout = TimeSpan.FromMilliseconds(50) });
        await using var _ = client;
        using var __ = theirs;
        await Assert.ThrowsAsync<TimeoutException>(() => client.HeloAsync("me", Cancel));
    }

    [Fact]
    public async Task A_lost_filter_is_an_IO_error()
    {
        var (client, theirs) = await NegotiatedAsync(Wire.Offer(6, 0, 0));
        await using var _ = client;
        theirs.Dispose();
        await Assert.ThrowsAnyAsync<IOException>(() => client.HeloAsync("me", Cancel));
    }

    private static async Task<(MilterClient Client, Socket Theirs)> NegotiatedAsync(string answer, MilterClientOptions? options = null)
    {
        var (ours, theirs) = await PairAsync();
        var client = new MilterClient(new NetworkStream(ours, ownsSocket: true), options);
        await theirs.SendAsync(Wire.Frame(answer));
        await client.NegotiateAsync(Offer, Cancel);
        return (client, theirs);
    }

    private static async Task<(Socket Ours, Socket Theirs)> PairAsync()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        var ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await ours.ConnectAsync(listening.LocalEndPoint!);
        return (ours, await listening.AcceptAsync());
    }
}
