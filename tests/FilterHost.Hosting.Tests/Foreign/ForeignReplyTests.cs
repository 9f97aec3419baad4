namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>What becomes of each answer of a milter at each stage.</summary>
public sealed class ForeignReplyTests
{
    [Theory]
    [MemberData(nameof(OfMessage))]
    public async Task A_reply_within_a_message_is_the_members_verdict(char command, string frame, TransactionOutcome outcome, string reply)
    {
        await using var milter = new ScriptedMilter().At(command, frame);
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync();
        Assert.Equal(outcome, output.Outcome);
        Assert.Equal(reply, output.Reply.SmtpReply?.ToString() ?? "");
    }

    public static TheoryData<char, string, TransactionOutcome, string> OfMessage()
    {
        var data = new TheoryData<char, string, TransactionOutcome, string>();
        foreach (var command in "MTLNBE")
        {
            data.Add(command, "c", TransactionOutcome.Passed, "");
            data.Add(command, "a", TransactionOutcome.Passed, "");
            data.Add(command, "d", TransactionOutcome.Discarded, "");
            data.Add(command, "r", TransactionOutcome.Rejected, "550 5.7.1 refused by a mail filter [foreign]");
            data.Add(command, "t", TransactionOutcome.TempFailed, "451 4.7.1 refused by a mail filter for now, try again later [foreign]");
            data.Add(command, "y554 5.6.0 no %%\0", TransactionOutcome.Rejected, "554 5.6.0 no % [foreign]");
        }
        return data;
    }

    [Theory]
    [InlineData('C', "r", "550 5.7.1 refused by a mail filter [foreign]")]
    [InlineData('C', "t", "451 4.7.1 refused by a mail filter for now, try again later [foreign]")]
    [InlineData('C', "y421 4.7.0 away\0", "421 4.7.0 away [foreign]")]
    [InlineData('H', "r", "550 5.7.1 refused by a mail filter [foreign]")]
    [InlineData('H', "t", "451 4.7.1 refused by a mail filter for now, try again later [foreign]")]
    [InlineData('H', "y550-5.7.1 one\r\n550 5.7.1 two\0", "550 5.7.1 one / two [foreign]")]
    public async Task A_refusal_of_client_or_HELO_is_the_connections(char command, string frame, string reply)
    {
        await using var milter = new ScriptedMilter().At(command, frame);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(reply, (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
        Assert.DoesNotContain("M", milter.Commands, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('C', "C")]
    [InlineData('H', "CH")]
    public async Task Accept_of_client_or_HELO_ends_the_members_part_in_the_connection(char command, string told)
    {
        await using var milter = new ScriptedMilter().At(command, "a");
        await using (var pipeline = ForeignPipeline.Of(milter))
        {
            Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
            Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        }
        await milter.UntilAsync(milter => milter.Commands.EndsWith('Q'));
        Assert.Equal($"{told}Q", milter.Commands);
    }

    [Fact]
    public async Task A_connection_cannot_be_discarded()
    {
        await using var milter = new ScriptedMilter().At('C', "d");
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal("CHMRTLLLLLNBE", milter.Commands);
    }

    [Theory]
    [InlineData("r", "550 5.7.1 refused by a mail filter [foreign]")]
    [InlineData("t", "451 4.7.1 refused by a mail filter for now, try again later [foreign]")]
    [InlineData("y550 5.1.1 who\0", "550 5.1.1 who [foreign]")]
    public async Task A_refusal_at_RCPT_is_for_that_recipient(string frame, string reply)
    {
        var calls = 0;
        await using var milter = new ScriptedMilter().At('R', _ => [++calls == 1 ? frame : "c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync(input => input with { Recipients = ["<x@example.net>", "<b@example.net>"] });
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        var (path, refusal) = Assert.Single(output.RefusedRecipients);
        Assert.Equal(("<x@example.net>", reply), (path, refusal.ToString()));
    }

    [Theory]
    [InlineData("d", TransactionOutcome.Discarded)]
    [InlineData("a", TransactionOutcome.Passed)]
    public async Task Discard_and_accept_at_RCPT_are_for_the_message(string frame, TransactionOutcome outcome)
    {
        await using var milter = new ScriptedMilter().At('R', frame);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(outcome, (await pipeline.SendAsync()).Outcome);
        await milter.UntilAsync(milter => milter.Commands == "CHMRA");
    }

    [Fact]
    public async Task Skip_ends_the_body_and_not_the_members_part()
    {
        await using var milter = new ScriptedMilter(steps: 0x100400).At('B', "s").At('E', "hX-A\0 1\0", "c");
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync(input => input with { ChunkSize = 3 });
        Assert.Equal("CHMRTLLLLLNBE", milter.Commands);
        Assert.Single(output.Edits);
    }

    [Theory]
    [InlineData("y550 nothing enhanced\0", "550 5.7.1 nothing enhanced [foreign]")]
    [InlineData("y451 5.7.1 class differs\0", "451 4.7.1 5.7.1 class differs [foreign]")]
    [InlineData("y550\0", "550 5.7.1  [foreign]")]
    [InlineData("y550 5.7.1 caf\u00c3\u00a9 \u0007\0", "550 5.7.1 caf? ? [foreign]")]
    [InlineData("y550 5.7.01 x\0", "550 5.7.1 5.7.01 x [foreign]")]
    public async Task A_reply_that_is_not_quite_one_is_sent_as_the_nearest_of_its_class(string frame, string reply)
    {
        await using var milter = new ScriptedMilter().At('E', frame);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(reply, (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
    }

    [Fact]
    public async Task A_reply_of_too_many_and_too_long_lines_is_cut()
    {
        var lines = Enumerable.Range(0, 40).Select(i => $"550{(i == 39 ? ' ' : '-')}5.7.1 {new string('x', 600)}");
        await using var milter = new ScriptedMilter().At('M', $"y{string.Join("\r\n", lines)}\0");
        await using var pipeline = ForeignPipeline.Of(milter);
        var reply = (await pipeline.SendAsync()).Reply.SmtpReply!;
        Assert.Equal(SmtpReply.MaximumLines, reply.Lines.Count);
        Assert.All(reply.Lines, line => Assert.True(line.Length <= SmtpReply.MaximumLineLength));
    }

    [Fact]
    public async Task Other_filters_go_on_after_the_members_accept()
    {
        var after = new Pipeline.ScriptedFilter.Script().AtEnd(message => message.Edits.Append("X-After", "1"));
        await using var milter = new ScriptedMilter().At('M', "a");
        await using var pipeline = new ForeignPipeline().Add(milter).Add("after", after);
        Assert.Contains("X-After: 1", Pipeline.PipelineUnderTest.TextOf(await pipeline.SendAsync()), StringComparison.Ordinal);
        await milter.UntilAsync(milter => milter.Commands == "CHMA");
    }
}
