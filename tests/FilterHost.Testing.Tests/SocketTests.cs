using System.Text;
using MimeKit;

namespace FilterHost.Testing.Tests;

/// <summary>Over a socket a test sees what it sees in memory.</summary>
public sealed class SocketTests
{
    public static TheoryData<string, FilterTest> Tests { get; } = new()
    {
        { "append", FilterTest.For<HelloPlugin>() },
        { "results", FilterTest.For<LimitedPlugin>("throw = true\non_error = \"skip\"") },
        { "fault", FilterTest.For<LimitedPlugin>("throw = true") },
        { "body", FilterTest.For<BodyEditorPlugin>() },
        { "chunks", FilterTest.For<HelloPlugin>().WithBody(new string('x', 200_000)).InChunksOf(1000) },
        { "refused client", FilterTest.For<ConnectionPlugin>("refuse = \"mail.example.com\"") },
        { "accepted early", Scripted(new ScriptedPlugin.Script { Traits = new FilterTraits(), Headers = _ => Verdict.Accept }) },
        { "refused at MAIL", Scripted(new ScriptedPlugin.Script { Mail = _ => Verdict.Reject("no") }) },
        { "refused at the end of headers", Scripted(new ScriptedPlugin.Script { Headers = _ => Verdict.TempFail("no") }) },
        { "refused in the body", Scripted(new ScriptedPlugin.Script { Chunk = (_, _) => Verdict.Reject("no") }) },
        { "discarded", Scripted(new ScriptedPlugin.Script { End = (_, _) => Verdict.Discard }) },
        { "refused recipient", Scripted(new ScriptedPlugin.Script { Recipient = RefuseB }).To("a@example.net", "b@example.net", "c@example.net") },
        { "all recipients refused", Scripted(new ScriptedPlugin.Script { Recipient = RefuseB }).To("b@example.net") },
        { "skip", Scripted(new ScriptedPlugin.Script { Chunk = StopReading }).WithBody(new string('x', 200_000)) },
        { "edits", Scripted(new ScriptedPlugin.Script { Traits = All, End = EditAll }).WithMessage("A: 1\nB: 2\n folded\nA: 3\nB: 4\nC:5\n\nbody\n") },
        { "no header", FilterTest.For<HelloPlugin>().WithMessage("\nbody\n") },
        { "no body", FilterTest.For<HelloPlugin>().WithMessage("A: b\n\n") },
        { "unknown client", FilterTest.For<HelloPlugin>().Client(null) },
        { "IPv6, macros, user", Scripted(new ScriptedPlugin.Script { End = NoteFacts }).Client("2001:db8::1", "six.example.com").Helo("six").Authenticated("joe").Macro("daemon_name", "x").From("", "SMTPUTF8") },
    };

    private static FilterTraits All => new() { EditsFields = ["*"], EditsBody = true, EditsEnvelope = true, Quarantines = true };

    [Theory]
    [MemberData(nameof(Tests))]
    public async Task All_that_comes_of_a_message_is_the_same(string name, FilterTest test)
    {
        var inMemory = await test.RunAsync();
        var overSocket = await test.OverSocket().RunAsync();
        Assert.Equal($"{name}\n{Described(inMemory)}", $"{name}\n{Described(overSocket)}");
    }

    [Fact]
    public async Task Several_messages_share_one_connection()
    {
        var runs = await FilterTest.For<ConnectionPlugin>().OverSocket().Next().From("b@example.com").RunAllAsync();
        Assert.Equal(["1", "2"], runs.Select(run => run.Header("X-Count")));
        Assert.Equal(["1", "1"], runs.Select(run => run.Header("X-Connects")));
    }

    [Fact]
    public async Task A_chunk_that_is_kept_is_poison_over_a_socket_too()
    {
        ReadOnlyMemory<byte> kept = default;
        await Scripted(new ScriptedPlugin.Script
        {
            Chunk = (_, chunk) =>
            {
                kept = chunk;
                return Verdict.Continue;
            },
        }).WithBody("text\n").OverSocket().RunAsync();
        Assert.False(kept.IsEmpty);
        Assert.DoesNotContain((byte)'t', kept.ToArray());
    }

    [Fact]
    public async Task A_message_may_be_built_with_MimeKit()
    {
        using var message = new MimeMessage { Subject = "Grüße", Body = new TextPart("plain") { Text = "hi\n" } };
        message.From.Add(new MailboxAddress("A", "a@example.com"));
        (await FilterTest.For<HelloPlugin>().WithMessage(message).OverSocket().RunAsync()).ExpectHeader("Subject", "Grüße").ExpectBody("hi\n");
    }

    [Fact]
    public async Task A_field_and_a_body_take_the_place_of_the_messages_own() =>
        (await FilterTest.For<LimitedPlugin>().WithMessage("A: 1\nB: 2\na: 3\n\nx\n").WithField("A", "4").WithBody("y\n").RunAsync()).ExpectMessage("B: 2\nA: 4\n\ny\n");

    private static FilterTest Scripted(ScriptedPlugin.Script script) => FilterTest.For(new ScriptedPlugin(), script);

    private static string Described(FilterRun run)
    {
        var log = run.Log.Where(line => !line.Text.Contains(" ms", StringComparison.Ordinal)).Select(line => $"{line.Level} {line.Text}");
        return $"{run.Verdict} {run.Reply} {run.Outcome} {run.QuarantineReason}\n{string.Join('\n', run.RefusedRecipients)}\n{string.Join('\n', run.Notes)}\n"
            + $"{string.Join('\n', run.Edits.Select(edit => edit.GetType().Name))}\n{string.Join('\n', run.Results)}\n{string.Join('\n', log)}\n{Encoding.Latin1.GetString(run.Message.Span)}";
    }

    private static ValueTask<Verdict> RefuseB(MailTransaction transaction, EnvelopeRecipient recipient) =>
        recipient.Address.LocalPart == "b" ? Verdict.Reject("not b") : Verdict.Continue;

    private static ValueTask<Verdict> StopReading(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        message.StopReadingBody();
        return Verdict.Continue;
    }

    private static ValueTask<Verdict> EditAll(CompleteMessage message, IServiceProvider services)
    {
        var fields = message.Header;
        message.Edits.Replace(fields[0], " one"u8.ToArray());
        message.Edits.Remove(fields[2]);
        message.Edits.Replace(fields[3], " four\r\n folded"u8.ToArray());
        message.Edits.InsertAtTop("D", "top");
        message.Edits.InsertAtTop("E", "top of all");
        message.Edits.Append("F", "bottom");
        message.Edits.ReplaceBody("new\r\n"u8);
        message.Edits.AddRecipient("x@example.net");
        message.Edits.RemoveRecipient(message.Envelope.Recipients[0]);
        message.Edits.ChangeSender("y@example.net");
        message.Edits.Quarantine("odd");
        return Verdict.Continue;
    }

    private static ValueTask<Verdict> NoteFacts(CompleteMessage message, IServiceProvider services)
    {
        var client = message.Connection;
        message.Note($"{client.ClientName} {client.ClientAddress} {client.Helo} {client.MtaName} {client.DaemonName} {message.AuthenticatedUser} {message.QueueId} {message.Envelope.ReversePath} {message.Envelope.IsInternationalized}");
        return Verdict.Continue;
    }
}
