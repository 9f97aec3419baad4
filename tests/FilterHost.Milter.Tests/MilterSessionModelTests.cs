using CsCheck;

namespace FilterHost.Milter.Tests;

public class MilterSessionModelTests
{
    private const string Commands = "CHMRTLNBEUAAK";
    private const string Replies = "ccccccratds";

    [Fact]
    public void Whatever_comes_in_whatever_order_messages_do_not_leak_and_each_command_has_one_reply_at_most() =>
        Gen.Select(Gen.Char[Commands].List[0, 40], Gen.UInt, Gen.Char[Replies].List[40, 40])
            .Sample((commands, steps, replies) => CheckAsync(commands, (MilterSteps)(steps & 0xFF480), replies).GetAwaiter().GetResult(), iter: 400, threads: 1);

    private static async Task CheckAsync(List<char> commands, MilterSteps steps, List<char> replies)
    {
        var next = 0;
        var callbacks = new RecordingCallbacks { Wanted = new(MilterActions.All, steps, []) };
        foreach (var command in "CHMRTNBEU")
            callbacks.Replies[(MilterCommand)command] = () => new(Reply(replies[next++ % replies.Count]));
        await using var peer = await SessionPeer.NegotiatedAsync(callbacks);
        await peer.SendAsync([.. commands.Select((command, i) => Frame(command, i))]);
        var given = await peer.QuitAsync();
        Assert.True(given.Count <= commands.Count(command => "AK".IndexOf(command, StringComparison.Ordinal) < 0 && (steps & NoReply(command)) == 0));
        Assert.All(given, frame => Assert.Contains(frame[0], steps.HasFlag(MilterSteps.Skip) ? "cratds" : "cratd"));
        CheckCalls(callbacks.Calls);
        Assert.Empty(peer.Log.Lines);
    }

    // The contract of the callbacks: MAIL opens a message, its end or one abort closes it, and what a message says was said since its MAIL.
    private static void CheckCalls(IReadOnlyList<string> calls)
    {
        var (inMessage, sender) = (false, -1);
        foreach (var call in calls)
        {
            switch (call[0])
            {
                case 'M':
                    Assert.False(inMessage);
                    (inMessage, sender) = (true, Number(call));
                    break;
                case 'R' or 'L' or 'B':
                    Assert.True(inMessage);
                    Assert.True(Number(call) > sender);
                    break;
                case 'T' or 'N':
                    Assert.True(inMessage);
                    break;
                case 'E' or 'a':
                    Assert.True(inMessage);
                    inMessage = false;
                    break;
                case 'H' or 'C' or 'c':
                    Assert.False(inMessage);
                    break;
            }
        }
        Assert.False(inMessage);
        Assert.Equal("closed", calls[^1]);
        Assert.DoesNotContain("closed closed", string.Join(' ', calls), StringComparison.Ordinal);
    }

    private static int Number(string call) => int.Parse(new string([.. call.Where(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);

    private static string Frame(char command, int number) => command switch
    {
        'C' => "Chost\0U",
        'H' => $"Hme{number}\0",
        'M' => $"M<{number}>\0",
        'R' => $"R<{number}>\0",
        'L' => $"LX\0{number}\0",
        'B' => $"B{number}",
        'U' => "UXYZ\0",
        _ => command.ToString(),
    };

    private static MilterSteps NoReply(char command) => command switch
    {
        'C' => MilterSteps.NoReplyConnect,
        'H' => MilterSteps.NoReplyHelo,
        'M' => MilterSteps.NoReplyMail,
        'R' => MilterSteps.NoReplyRecipient,
        'T' => MilterSteps.NoReplyData,
        'L' => MilterSteps.NoReplyHeader,
        'N' => MilterSteps.NoReplyEndOfHeaders,
        'B' => MilterSteps.NoReplyBody,
        'U' => MilterSteps.NoReplyUnknown,
        _ => MilterSteps.None,
    };

    private static MilterReply Reply(char kind) => kind switch
    {
        'a' => MilterReply.Accept,
        'r' => MilterReply.Reject,
        't' => MilterReply.TempFail,
        'd' => MilterReply.Discard,
        's' => MilterReply.Skip,
        _ => MilterReply.Continue,
    };
}
