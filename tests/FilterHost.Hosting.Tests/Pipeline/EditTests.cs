using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>Edits: recorded by meaning, seen by later filters, sent as their net effect.</summary>
public sealed class EditTests
{
    [Fact]
    public async Task Later_filters_see_the_edits_of_earlier_ones_and_not_the_other_way_round()
    {
        var seenByFirst = "";
        var seenBySecond = "";
        var first = new ScriptedFilter.Script().AtEnd(message =>
        {
            seenByFirst = Names(message);
            message.Edits.Remove(message.Header.First("Subject")!);
            message.Edits.InsertAtTop("X-First", "1");
        });
        var second = new ScriptedFilter.Script()
            .At(FilterStage.EndOfHeaders, transaction =>
            {
                ((MailMessage)transaction).Edits.Append("X-Early", "2");
                return Verdict.Continue;
            })
            .AtEnd(message => seenBySecond = Names(message));
        await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("first", first, OnError.Tempfail), ("second", second, OnError.Tempfail)));
        Assert.Equal("Received From Subject Subject To", seenByFirst);
        Assert.Equal("X-First Received From Subject To X-Early", seenBySecond);
    }

    [Fact]
    public async Task The_net_effect_is_the_message_that_is_delivered()
    {
        var script = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["*"], EditsBody = true } }.AtEnd(message =>
        {
            var replaced = message.Edits.Replace(message.Header.First("Subject")!, " [x] one"u8.ToArray());
            message.Edits.Replace(replaced, " [y] one"u8.ToArray());
            message.Edits.InsertAtTop("X-A", "a");
            message.Edits.InsertAtTop("X-B", "b");
            message.Edits.Append("X-C", "c");
            message.Edits.Remove(message.Header.First("To")!);
            message.Edits.ReplaceBody("new\r\n"u8);
        });
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("edit", script, OnError.Tempfail)));
        Assert.Equal("X-B: b\r\nX-A: a\r\nReceived: from a\r\nFrom: a@example.com\r\nSubject: [y] one\r\nSubject: two\r\nX-C: c\r\n\r\nnew\r\n", PipelineUnderTest.TextOf(output));
    }

    [Fact]
    public async Task A_body_reader_behind_an_editor_reads_the_edited_body()
    {
        var editor = new ScriptedFilter.Script { Traits = new FilterTraits { EditsBody = true } }.AtEnd(message => message.Edits.ReplaceBody("edited\r\n"u8));
        var body = new StringBuilder();
        var reader = new ScriptedFilter.Script();
        reader.Steps[FilterStage.Body] = (_, chunk) =>
        {
            body.Append(Encoding.ASCII.GetString(chunk.Span));
            return Verdict.Continue;
        };
        await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("editor", editor, OnError.Tempfail), ("reader", reader, OnError.Tempfail)), chunkSize: 3);
        Assert.Equal("edited\r\n", body.ToString());
        Assert.Equal(FilterStage.EndOfMessage, reader.Seen[^1]);
    }

    [Fact]
    public async Task An_edit_that_was_not_declared_is_the_filters_fault()
    {
        var script = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["X-Mine"] } }.AtEnd(message => message.Edits.Append("X-Other", "1"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("edit", script, OnError.Tempfail)));
        Assert.Equal(451, output.Reply.SmtpReply!.Code);
    }

    [Theory]
    [InlineData("a\r\nBcc: x")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\r\n \r\n b")]
    public async Task A_value_that_would_end_its_field_is_the_filters_fault(string value)
    {
        var script = new ScriptedFilter.Script().AtEnd(message => message.Edits.Append("X-A", value));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("edit", script, OnError.Tempfail)));
        Assert.Equal(451, output.Reply.SmtpReply!.Code);
        Assert.Empty(output.Edits);
    }

    [Fact]
    public async Task Forged_results_go_and_others_stay_in_order()
    {
        const string forged = "Authentication-Results: MX.Example.NET; dkim=pass\r\nAuthentication-Results: other.example; dkim=fail\r\nAuthentication-Results:\r\n (x) \"mx.example.net\" 1; spf=pass\r\n";
        var publisher = new ScriptedFilter.Script { Traits = new FilterTraits { Publishes = ["x-test"] } }.AtEnd(message => message.Publish(new GenericResult("x-test", "pass")));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("test", publisher, OnError.Tempfail)), forged + PipelineUnderTest.Message);
        Assert.StartsWith("Authentication-Results: mx.example.net; x-test=pass\r\nAuthentication-Results: other.example; dkim=fail\r\nReceived:", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_publishes_nothing_leaves_fields_of_others_alone()
    {
        const string theirs = "Authentication-Results: mx.example.net; dkim=pass\r\n";
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("none", new ScriptedFilter.Script(), OnError.Tempfail)), theirs + PipelineUnderTest.Message);
        Assert.StartsWith(theirs, PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_recipient_is_not_part_of_the_envelope()
    {
        var count = -1;
        var script = new ScriptedFilter.Script().AtEnd(message => count = message.Envelope.Recipients.Count);
        var calls = 0;
        script.Steps[FilterStage.Recipient] = (_, _) => ++calls == 1 ? Verdict.Continue : Verdict.Reject("no");
        var pipeline = PipelineUnderTest.Of(("rcpt", script, OnError.Tempfail));
        var output = await PipelineUnderTest.RunAsync(pipeline, recipients: ["<a@example.net>", "<b@example.net>"]);
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal(1, count);
    }

    private static string Names(MailMessage message) => string.Join(' ', message.Header.Select(field => Encoding.ASCII.GetString(field.Name.Span)));
}
