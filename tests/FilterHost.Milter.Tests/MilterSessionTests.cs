using Microsoft.Extensions.Logging;

namespace FilterHost.Milter.Tests;

public class MilterSessionTests
{
    private const MilterSteps AllNoReply = MilterSteps.NoReplyConnect | MilterSteps.NoReplyHelo | MilterSteps.NoReplyMail | MilterSteps.NoReplyRecipient
        | MilterSteps.NoReplyData | MilterSteps.NoReplyHeader | MilterSteps.NoReplyEndOfHeaders | MilterSteps.NoReplyBody | MilterSteps.NoReplyUnknown;

    private static readonly string[] Message =
        ["M<a@b>\0SIZE=1\0", "R<c@d>\0", "T", "LFrom\0 a\n b\0", "N", "Bx\r\n", "By", "E"];

    private const string MessageLog = "M:<a@b>+SIZE=1 R:<c@d> T L:From= a\n b N B:x\r\n B:y E";
    private const string ClientLog = "C:client.example,4,4660,192.0.2.1 H:me";

    [Fact]
    public async Task Every_step_has_one_reply()
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        foreach (var frame in (string[])[Wire.Connect, "Hme\0", .. Message, .. Message])
            Assert.Equal("c", await peer.AskAsync(frame));
        Assert.Empty(await peer.QuitAsync());
        Assert.Equal($"{ClientLog} {MessageLog} {MessageLog} closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task Replies_that_were_negotiated_away_are_not_sent()
    {
        await using var peer = await SessionPeer.NegotiatedAsync(new() { Wanted = new(0, AllNoReply, []) });
        await peer.SendAsync([Wire.Connect, "Hme\0", "UXYZ\0", .. Message, "A", "A"]);
        Assert.Equal("c", await peer.ReadAsync());
        Assert.Empty(await peer.QuitAsync());
        Assert.Equal($"{ClientLog} U:XYZ {MessageLog} closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task A_session_reads_the_same_in_whatever_pieces_it_arrives()
    {
        byte[] octets = [.. Wire.Frames([Wire.Offer(6, 0x1FF, 0x1FFFFF), "DCj\0mx\0", Wire.Connect, "Hme\0", .. Message, "Q"])];
        for (var split = 1; split < octets.Length; split++)
        {
            await using var peer = await SessionPeer.StartAsync(new() { Wanted = new(0, AllNoReply, []) });
            await peer.SendOctetsAsync(octets.AsMemory(0, split));
            await Task.Yield();
            await peer.SendOctetsAsync(octets.AsMemory(split));
            Assert.Equal(["O", "c"], (await peer.DrainAsync()).Select(frame => frame[..1]));
            Assert.Equal($"{ClientLog} {MessageLog} closed", peer.Callbacks.Log);
        }
    }

    [Fact]
    public async Task A_session_reads_the_same_octet_by_octet()
    {
        await using var peer = await SessionPeer.StartAsync(new() { Wanted = new(0, AllNoReply, []), RecordsMacros = true });
        foreach (var octet in Wire.Frames([Wire.Offer(6, 0x1FF, 0x1FFFFF), "DCj\0mx\0", Wire.Connect, "Hme\0", .. Message, "Q"]))
            await peer.SendOctetsAsync(new[] { octet });
        Assert.Equal(2, (await peer.DrainAsync()).Count);
        Assert.Equal($"DC:j|mx| {ClientLog} {MessageLog} closed", peer.Callbacks.Log);
    }

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("\u007f\u00ff\u00ff\u00ff")]
    [InlineData("\0\0\0\u0001Z")]
    [InlineData("\0\0\0\u0001H")]
    [InlineData("\0\0\0\u0003HaB")]
    [InlineData("\0\0\0\u0002MX")]
    [InlineData("\0\0\0\u0004DCi\0")]
    public async Task A_peer_that_breaks_the_protocol_is_warned_about_once_and_cut_off(string octets)
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        Assert.Equal("c", await peer.AskAsync(Wire.Connect));
        await peer.SendOctetsAsync(octets.Select(c => (byte)c).ToArray());
        Assert.Empty(await peer.DrainAsync());
        await peer.EndedAsync();
        Assert.Equal(LogLevel.Warning, Assert.Single(peer.Log.Lines).Level);
        Assert.EndsWith(" closed", peer.Callbacks.Log);
    }

    [Theory]
    [InlineData("LX\0a\0b\0")]
    [InlineData("LX\0a")]
    public async Task A_malformed_header_frame_aborts_the_message(string frame)
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        foreach (var step in (string[])[Wire.Connect, "Hme\0", "M<>\0", "R<c@d>\0", "T"])
            Assert.Equal("c", await peer.AskAsync(step));
        Assert.Null(await peer.AskAsync(frame));
        await peer.EndedAsync();
        Assert.EndsWith(" T abort closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task Nothing_but_the_negotiation_may_come_first()
    {
        await using var peer = await SessionPeer.StartAsync();
        Assert.Null(await peer.AskAsync(Wire.Connect));
        await peer.EndedAsync();
        Assert.Equal("closed", peer.Callbacks.Log);
    }

    // version offered, actions offered, steps offered; version, actions, steps in the reply
    [Theory]
    [InlineData(2u, 0x3Fu, 0x7Fu, 2u, 0x3Fu, 0x41u)]
    [InlineData(2u, 0u, 0u, 2u, 0x0Fu, 0x01u)]
    [InlineData(3u, 0x3Fu, 0x17Fu, 3u, 0x3Fu, 0x41u)]
    [InlineData(4u, 0x3Fu, 0x37Fu, 4u, 0x3Fu, 0x241u)]
    [InlineData(6u, 0x1FFu, 0x1FFFFFu, 6u, 0xFFu, 0x100641u)]
    [InlineData(9u, 0xFFFFFFFFu, 0x1FFFFFu, 6u, 0xFFu, 0x100641u)]
    [InlineData(6u, 0x1FFu, 0x301FFFFFu, 6u, 0xFFu, 0x20100641u)]
    [InlineData(6u, 0x1FFu, 0x101FFFFFu, 6u, 0xFFu, 0x10100641u)]
    public async Task The_negotiation_is_masked_by_the_offer(uint version, uint actions, uint steps, uint agreedVersion, uint agreedActions, uint agreedSteps)
    {
        var wanted = new MilterNegotiation((MilterActions)0xFF, (MilterSteps)0x30100641, []);
        await using var peer = await SessionPeer.StartAsync(new() { Wanted = wanted });
        Assert.Equal(Wire.Offer(agreedVersion, agreedActions, agreedSteps), await peer.AskAsync(Wire.Offer(version, actions, steps)));
        await peer.QuitAsync();
        Assert.Equal(((MilterActions)agreedActions, (MilterSteps)agreedSteps), peer.Callbacks.Agreed);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    public async Task Versions_before_2_are_refused(uint version)
    {
        await using var peer = await SessionPeer.StartAsync();
        Assert.Null(await peer.AskAsync(Wire.Offer(version, 0x1FF, 0x1FFFFF)));
    }

    [Theory]
    [InlineData(0x1FFu, true)]
    [InlineData(0x0FFu, false)]
    public async Task Macro_lists_are_sent_only_where_they_were_offered(uint actions, bool sent)
    {
        var wanted = new MilterNegotiation(0, 0, [new(MacroStage.Connect, ["j", "{client_addr}"]), new(MacroStage.EndOfMessage, ["i"])]);
        await using var peer = await SessionPeer.StartAsync(new() { Wanted = wanted });
        var lists = Wire.Number(0) + "j {client_addr}\0" + Wire.Number(5) + "i\0";
        Assert.Equal(sent ? Wire.Offer(6, 0x100, 0) + lists : Wire.Offer(6, 0, 0), await peer.AskAsync(Wire.Offer(6, actions, 0x1FFFFF)));
    }

    // What comes after O; the calls; the replies.
    [Theory]
    [InlineData("H M R T N E", "H M R T N E", "cccccc")]
    [InlineData("C M R N E", "C M R N E", "ccccc")]
    [InlineData("C H H M R E", "C H H M R E", "cccccc")]
    [InlineData("C H R", "C H", "cc")]
    [InlineData("C H E", "C H", "cc")]
    [InlineData("C H B", "C H", "cc")]
    [InlineData("C H M E", "C H M abort", "ccc")]
    [InlineData("C H M T M R E", "C H M abort M R E", "cccccc")]
    [InlineData("C H M R M R E", "C H M R abort M R E", "ccccccc")]
    [InlineData("C H M R T H M R E", "C H M R T abort H M R E", "ccccccccc")]
    [InlineData("C H M R T R", "C H M R T abort", "ccccc")]
    [InlineData("C H M R N L", "C H M R N abort", "ccccc")]
    [InlineData("C H M R N B N", "C H M R N B abort", "cccccc")]
    [InlineData("C H M A A M A", "C H M abort M abort", "cccc")]
    [InlineData("C H A M R E A A M R E", "C H M R E M R E", "cccccccc")]
    [InlineData("C H M U R U T U N U B U E U", "C H M U R U T U N U B U E U", "cccccccccccccc")]
    [InlineData("C C H", "C H", "cc")]
    [InlineData("C H M R K C H M R E", "C H M R abort closed C H M R E", "ccccccccc")]
    [InlineData("C H K K", "C H closed", "cc")]
    [InlineData("K C H", "closed C H", "cc")]
    [InlineData("O C H", "C H", "cc")]
    public async Task Commands_out_of_order_are_taken_as_libmilter_takes_them(string commands, string calls, string replies)
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        await peer.SendAsync([.. commands.Split(' ').Select(Example)]);
        Assert.Equal(replies, string.Concat(await peer.QuitAsync()));
        var heard = peer.Callbacks.Calls.Select(call => call.Split(':')[0]);
        var inMessage = peer.Callbacks.Calls[^2] == "abort" && !calls.EndsWith("abort", StringComparison.Ordinal);
        Assert.Equal(calls + (calls.EndsWith("closed", StringComparison.Ordinal) ? "" : inMessage ? " abort closed" : " closed"), string.Join(' ', heard));
    }

    [Fact]
    public async Task Steps_that_were_negotiated_away_may_be_missing()
    {
        var steps = MilterSteps.NoConnect | MilterSteps.NoHelo | MilterSteps.NoMail | MilterSteps.NoEndOfHeaders | MilterSteps.NoHeaders;
        await using var peer = await SessionPeer.NegotiatedAsync(new() { Wanted = new(0, steps, []) });
        await peer.SendAsync("R<c@d>\0", "T", "Bx", "E", "R<e@f>\0", "E");
        Assert.Equal("cccccc", string.Concat(await peer.QuitAsync()));
        Assert.Equal("R:<c@d> T B:x E R:<e@f> E closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task Macros_of_unknown_commands_and_empty_macro_frames_are_ignored()
    {
        await using var peer = await SessionPeer.NegotiatedAsync(new() { RecordsMacros = true });
        await peer.SendAsync("D", "DZi\0x\0", "DC", Wire.Connect, "DHa\0b\0");
        Assert.Equal(["c"], await peer.QuitAsync());
        Assert.Equal("DC: C:client.example,4,4660,192.0.2.1 DH:a|b| closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task The_macros_of_a_MAIL_without_ABORT_belong_to_the_new_message()
    {
        await using var peer = await SessionPeer.NegotiatedAsync(new() { RecordsMacros = true });
        await peer.SendAsync("Hme\0", "DMi\0A\0", "M<a>\0", "DMi\0B\0", "M<b>\0", "A");
        Assert.Equal("ccc", string.Concat(await peer.QuitAsync()));
        Assert.Equal("H:me DM:i|A| M:<a> abort DM:i|B| M:<b> abort closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task A_body_in_the_end_of_message_frame_is_a_last_chunk()
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        await peer.SendAsync("Hme\0", "M<>\0", "R<c@d>\0", "N", "Bx", "Elast");
        Assert.Equal("cccccc", string.Concat(await peer.QuitAsync()));
        Assert.EndsWith("B:x B:last E closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task A_refusal_of_the_last_chunk_answers_the_end_of_the_message()
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, MilterSteps.NoReplyBody, []) };
        callbacks.Answer(MilterCommand.Body, MilterReply.Reject);
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0", "R<c@d>\0", "N", "Elast");
        Assert.Equal("ccccr", string.Concat(await peer.QuitAsync()));
        Assert.EndsWith("B:last abort closed", callbacks.Log);
    }

    // where the refusal is given; options agreed; replies; calls
    [Theory]
    [InlineData('M', AllNoReply, "M R N B E", "t", "M abort")]
    [InlineData('N', AllNoReply, "M R N B E", "t", "M R N abort")]
    [InlineData('N', MilterSteps.NoReplyEndOfHeaders, "M R N B", "cct", "M R N abort")]
    [InlineData('N', MilterSteps.NoReplyEndOfHeaders | MilterSteps.NoReplyBody, "M R N B B E", "cct", "M R N abort")]
    [InlineData('M', MilterSteps.NoReplyMail, "M R R N", "ttt", "M abort")]
    [InlineData('B', MilterSteps.NoReplyBody, "M R N B B E M R", "ccctcc", "M R N B abort M R abort")]
    [InlineData('N', AllNoReply, "M R N A M R E", "c", "M R N abort M R E")]
    [InlineData('H', AllNoReply, "M R N E M R E", "tt", "")]
    [InlineData('H', MilterSteps.NoReplyHelo, "M M", "tt", "")]
    [InlineData('U', MilterSteps.NoReplyUnknown, "U M R N E", "cccc", "U M R N E")]
    [InlineData('E', AllNoReply, "M R N E M R E", "tt", "M R N E M R E")]
    public async Task A_refusal_without_a_reply_is_held_for_the_next_step_that_has_one(char at, MilterSteps steps, string commands, string replies, string calls)
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, steps | MilterSteps.NoReplyHelo, []) };
        callbacks.Answer((MilterCommand)at, MilterReply.TempFail);
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync(["Hme\0", .. commands.Split(' ').Select(Example)]);
        Assert.Equal(replies, string.Concat(await peer.QuitAsync()));
        Assert.Equal($"H {calls} closed".Replace("  ", " ", StringComparison.Ordinal), string.Join(' ', callbacks.Calls.Select(call => call.Split(':')[0])));
    }

    [Theory]
    [InlineData('M', 'r', "M abort")]
    [InlineData('N', 'a', "M R T L N abort")]
    [InlineData('B', 'd', "M R T L N B abort")]
    [InlineData('R', 'd', "M R abort")]
    public async Task A_reply_that_ends_the_message_is_its_end(char at, char kind, string calls)
    {
        var callbacks = new RecordingCallbacks();
        callbacks.Answer((MilterCommand)at, Reply(kind));
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        Assert.Equal("c", await peer.AskAsync("Hme\0"));
        var reply = "c";
        foreach (var frame in Message.TakeWhile(_ => reply == "c"))
            reply = await peer.AskAsync(frame);
        Assert.Equal(kind.ToString(), reply);
        await peer.SendAsync("A");
        await peer.QuitAsync();
        Assert.Equal($"H {calls} closed", string.Join(' ', callbacks.Calls.Select(call => call.Split(':')[0])));
    }

    [Fact]
    public async Task A_refusal_at_RCPT_is_about_that_recipient_alone()
    {
        var callbacks = new RecordingCallbacks();
        var answers = new Queue<MilterReply>([MilterReply.Reject, MilterReply.Continue]);
        callbacks.Replies[MilterCommand.Recipient] = () => new(answers.Dequeue());
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "R<b>\0", "N", "E");
        Assert.Equal("ccrccc", string.Concat(await peer.QuitAsync()));
        Assert.EndsWith("R:<b> N E closed", callbacks.Log);
    }

    [Fact]
    public async Task A_discard_before_MAIL_waits_for_the_message()
    {
        var callbacks = new RecordingCallbacks();
        callbacks.Answer(MilterCommand.Helo, MilterReply.Discard);
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync(Wire.Connect, "Hme\0", "M<>\0");
        Assert.Equal("ccd", string.Concat(await peer.QuitAsync()));
    }

    [Theory]
    [InlineData(MilterSteps.Skip, "s")]
    [InlineData(MilterSteps.None, "c")]
    public async Task Skip_is_sent_only_where_it_was_negotiated(MilterSteps steps, string reply)
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, steps, []) };
        callbacks.Answer(MilterCommand.Body, MilterReply.Skip);
        callbacks.Answer(MilterCommand.EndOfHeaders, MilterReply.Skip);
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "N", "Bx", "By", "E", "M<>\0", "R<a>\0", "N", "Bz");
        Assert.Equal($"cccc{reply}{reply}cccc{reply}", string.Concat(await peer.QuitAsync()));
        Assert.Equal("H:me M:<> R:<a> N B:x E M:<> R:<a> N B:z abort closed", callbacks.Log);
    }

    [Theory]
    [InlineData('c', true)]
    [InlineData('a', true)]
    [InlineData('r', false)]
    [InlineData('t', false)]
    [InlineData('d', false)]
    public async Task Edits_go_out_with_a_reply_that_lets_the_message_pass_and_with_no_other(char kind, bool sent)
    {
        var callbacks = new RecordingCallbacks { Edit = edits => edits.AddHeader("X"u8, "a"u8) };
        callbacks.Answer(MilterCommand.EndOfMessage, Reply(kind));
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "N", "E");
        Assert.Equal((string[])["c", "c", "c", "c", .. sent ? (string[])["hX\0a\0"] : [], kind.ToString()], await peer.QuitAsync());
    }

    [Fact]
    public async Task What_was_held_for_the_client_is_given_once_where_the_MTA_takes_it_for_the_client()
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, MilterSteps.NoReplyConnect, []) };
        callbacks.Answer(MilterCommand.Connect, MilterReply.TempFail);
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync(Wire.Connect, "Hme\0", "Hme\0", "M<>\0");
        Assert.Equal("tcc", string.Concat(await peer.QuitAsync()));
    }

    [Fact]
    public async Task A_lost_connection_aborts_and_closes_once()
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        Assert.Equal("c", await peer.AskAsync(Wire.Connect));
        Assert.Equal("c", await peer.AskAsync("M<>\0"));
        peer.Drop();
        await peer.EndedAsync();
        Assert.EndsWith("M:<> abort closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task Progress_is_sent_while_a_callback_runs_for_which_a_reply_is_due()
    {
        var callbacks = new RecordingCallbacks { Edit = edits => edits.AddHeader("X"u8, "a"u8) };
        var (entered, finish) = (Signal(), new TaskCompletionSource<MilterReply>());
        callbacks.Replies[MilterCommand.EndOfMessage] = () => { entered.SetResult(); return new(finish.Task); };
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        Assert.False(peer.Session.TrySendProgress());
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "N", "E");
        await entered.Task;
        Assert.True(peer.Session.TrySendProgress());
        Assert.True(peer.Session.TrySendProgress());
        finish.SetResult(MilterReply.Continue);
        Assert.Equal(["c", "c", "c", "c", "p", "p", "hX\0a\0", "c"], await peer.QuitAsync());
    }

    [Fact]
    public async Task No_progress_is_sent_where_no_reply_is_due()
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, AllNoReply, []) };
        var (entered, finish) = (Signal(), new TaskCompletionSource<MilterReply>());
        callbacks.Replies[MilterCommand.EndOfHeaders] = () => { entered.SetResult(); return new(finish.Task); };
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "N", "E");
        await entered.Task;
        Assert.False(peer.Session.TrySendProgress());
        finish.SetResult(MilterReply.Continue);
        Assert.Equal(["c"], await peer.QuitAsync());
    }

    [Fact]
    public async Task A_seized_session_replies_and_ends_though_the_callback_blocks_its_thread()
    {
        var callbacks = new RecordingCallbacks();
        using var blocked = new ManualResetEventSlim();
        var entered = Signal();
        callbacks.Replies[MilterCommand.Mail] = () => { entered.SetResult(); blocked.Wait(); return new(MilterReply.Continue); };
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        Assert.False(peer.Session.Seize(MilterReply.TempFail));
        Assert.Equal("c", await peer.AskAsync("Hme\0"));
        await peer.SendAsync("M<>\0");
        await entered.Task;
        Assert.True(peer.Session.Seize(MilterReply.TempFail));
        Assert.False(peer.Session.Seize(MilterReply.Reject));
        Assert.Equal(["t"], await peer.DrainAsync());
        Assert.Equal("H:me M:<>", callbacks.Log);
        blocked.Set();
        while (callbacks.Calls[^1] != "closed")
            await Task.Yield();
        Assert.Equal("H:me M:<> abort closed", callbacks.Log);
    }

    [Fact]
    public async Task A_session_seized_where_no_reply_is_due_only_closes()
    {
        var callbacks = new RecordingCallbacks { Wanted = new(0, AllNoReply, []) };
        var (entered, finish) = (Signal(), new TaskCompletionSource<MilterReply>());
        callbacks.Replies[MilterCommand.Mail] = () => { entered.SetResult(); return new(finish.Task); };
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync("Hme\0", "M<>\0");
        await entered.Task;
        Assert.True(peer.Session.Seize(MilterReply.TempFail));
        Assert.Empty(await peer.DrainAsync());
        finish.SetResult(MilterReply.Continue);
    }

    [Fact]
    public async Task A_stop_ends_an_idle_session_at_once()
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        Assert.Equal("c", await peer.AskAsync(Wire.Connect));
        peer.Stop();
        Assert.Empty(await peer.DrainAsync());
    }

    [Fact]
    public async Task A_stop_lets_the_message_in_hand_end()
    {
        await using var peer = await SessionPeer.NegotiatedAsync();
        Assert.Equal("c", await peer.AskAsync("Hme\0"));
        Assert.Equal("c", await peer.AskAsync("M<>\0"));
        peer.Stop();
        foreach (var frame in Message.Skip(1))
            Assert.Equal("c", await peer.AskAsync(frame));
        Assert.Empty(await peer.DrainAsync());
        Assert.EndsWith("E closed", peer.Callbacks.Log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("\0\0\0\u0009Hab")]
    public async Task A_peer_that_stalls_inside_a_frame_is_cut_off(string octets)
    {
        var options = new MilterSessionOptions
        {
            FrameTimeout = TimeSpan.FromMilliseconds(octets.Length == 0 ? 60_000 : 100),
            IdleTimeout = TimeSpan.FromMilliseconds(octets.Length == 0 ? 100 : 60_000),
        };
        await using var peer = await SessionPeer.NegotiatedAsync(options: options);
        await peer.SendOctetsAsync(octets.Select(c => (byte)c).ToArray());
        Assert.Empty(await peer.DrainAsync());
        await peer.EndedAsync();
        Assert.Contains("timed out", Assert.Single(peer.Log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_does_not_negotiate_is_cut_off()
    {
        await using var peer = await SessionPeer.StartAsync(options: new() { NegotiationTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Empty(await peer.DrainAsync());
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(1_048_575)]
    public async Task A_large_frame_within_the_limit_is_one_chunk(int size)
    {
        await using var peer = await SessionPeer.NegotiatedAsync(offered: 0x301FFFFF);
        await peer.SendAsync("Hme\0", "M<>\0", "R<a>\0", "N", "B" + new string('x', size), "E");
        Assert.Equal("cccccc", string.Concat(await peer.QuitAsync()));
        Assert.EndsWith($"B:{size} E closed", peer.Callbacks.Log);
    }

    [Fact]
    public async Task An_exception_of_the_callbacks_ends_this_connection_and_is_logged()
    {
        var callbacks = new RecordingCallbacks();
        callbacks.Replies[MilterCommand.Mail] = () => throw new InvalidOperationException("broken");
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        Assert.Equal("c", await peer.AskAsync("Hme\0"));
        Assert.Null(await peer.AskAsync("M<>\0"));
        await peer.EndedAsync();
        Assert.Equal("H:me M:<> abort closed", callbacks.Log);
        await peer.EndedAsync();
        Assert.Equal(LogLevel.Error, Assert.Single(peer.Log.Lines).Level);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static MilterReply Reply(char kind) => kind switch
    {
        'a' => MilterReply.Accept,
        'r' => MilterReply.Reject,
        't' => MilterReply.TempFail,
        'd' => MilterReply.Discard,
        _ => MilterReply.Continue,
    };

    private static string Example(string command) => command switch
    {
        "C" => Wire.Connect,
        "H" => "Hme\0",
        "M" => "M<a@b>\0",
        "R" => "R<c@d>\0",
        "L" => "LX\0v\0",
        "B" => "Bx",
        "U" => "UXYZ\0",
        "O" => Wire.Offer(6, 0x1FF, 0x1FFFFF),
        _ => command,
    };
}
