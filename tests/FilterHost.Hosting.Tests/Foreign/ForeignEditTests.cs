using System.Text;
using FilterHost.Hosting.Tests.Pipeline;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>Edits that a milter asks for in the protocol's terms, recorded by meaning.</summary>
public sealed class ForeignEditTests
{
    private const string Header = "Received: from a\r\nFrom: a@example.com\r\nSubject: one\r\nSubject: two\r\n\tfolded\r\nTo: b@example.net\r\n";
    private const string Body = "\r\nhello\r\nworld\r\n";

    [Theory]
    [InlineData("hX-A\0 1\n\tmore\0", Header + "X-A: 1\r\n\tmore\r\n" + Body)]
    [InlineData("hX-A\01\0", Header + "X-A:1\r\n" + Body)]
    [InlineData("hX-A\0 1\r\n\tmore\0", Header + "X-A: 1\r\n\tmore\r\n" + Body)]
    [InlineData("bnew\r\n", Header + "\r\nnew\r\n")]
    public async Task A_field_or_a_body_is_taken_as_it_is(string frame, string message) => Assert.Equal(message, await EditedAsync(frame));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    [InlineData(4_000_000_000, false)]
    public async Task An_insert_goes_to_the_top_where_its_index_is_within_the_section_and_else_to_the_end(long index, bool isAtTop) =>
        Assert.Equal(isAtTop ? "X-A: 1\r\n" + Header + Body : Header + "X-A: 1\r\n" + Body, await EditedAsync(ScriptedMilter.Indexed('i', (uint)index, "X-A", " 1")));

    [Theory]
    [InlineData(0, " new", "Subject: new\r\nSubject: two\r\n\tfolded\r\n", "")]
    [InlineData(1, " new", "Subject: new\r\nSubject: two\r\n\tfolded\r\n", "")]
    [InlineData(2, " new", "Subject: one\r\nSubject: new\r\n", "")]
    [InlineData(3, " new", "Subject: one\r\nSubject: two\r\n\tfolded\r\n", "subject: new\r\n")]
    [InlineData(1, "", "Subject: two\r\n\tfolded\r\n", "")]
    [InlineData(2, "", "Subject: one\r\n", "")]
    [InlineData(3, "", "Subject: one\r\nSubject: two\r\n\tfolded\r\n", "")]
    public async Task A_change_is_of_the_field_of_that_name_and_number(uint index, string value, string subjects, string added) =>
        Assert.Equal($"Received: from a\r\nFrom: a@example.com\r\n{subjects}To: b@example.net\r\n{added}{Body}", await EditedAsync(ScriptedMilter.Indexed('m', index, "subject", value)));

    [Fact]
    public async Task Numbers_stay_as_they_are_while_fields_are_removed() =>
        Assert.Equal("Received: from a\r\nFrom: a@example.com\r\nTo: b@example.net\r\n" + Body,
            await EditedAsync(ScriptedMilter.Indexed('m', 1, "Subject", ""), ScriptedMilter.Indexed('m', 2, "Subject", "")));

    [Fact]
    public async Task A_field_may_be_changed_twice_and_one_that_was_removed_comes_back_below() =>
        Assert.Equal("Received: from a\r\nFrom: a@example.com\r\nSubject: b\r\nTo: b@example.net\r\nSubject: c\r\n" + Body,
            await EditedAsync(ScriptedMilter.Indexed('m', 1, "Subject", " a"), ScriptedMilter.Indexed('m', 1, "Subject", " b"),
                ScriptedMilter.Indexed('m', 2, "Subject", ""), ScriptedMilter.Indexed('m', 2, "Subject", " c")));

    [Fact]
    public async Task Chunks_of_a_body_are_one_body_wherever_they_stand() =>
        Assert.Equal(Header + "X-A: 1\r\n\r\nab\r\ncd\r\n", await EditedAsync("bab\r", "b\ncd\r\n", "hX-A\0 1\0"));

    [Fact]
    public async Task Without_the_leading_space_one_is_added_to_what_the_milter_writes_and_taken_from_what_it_reads()
    {
        await using var milter = new ScriptedMilter(steps: 0).At('E', "hX-A\01\0", ScriptedMilter.Indexed('m', 1, "To", "c@example.net"), "c");
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(Header.Replace("To: b", "To: c", StringComparison.Ordinal) + "X-A: 1\r\n" + Body, PipelineUnderTest.TextOf(await pipeline.SendAsync()));
        Assert.Contains("LSubject|two\n\tfolded|", milter.Told);
    }

    [Fact]
    public async Task The_envelope_is_changed_as_asked()
    {
        await using var milter = new ScriptedMilter(actions: 0x1FF)
            .At('E', "+<c@example.net>\0", "2<d@example.net>\0NOTIFY=NEVER\0", "-b@example.net\0", "-<nobody@example.net>\0", "e<s@example.com>\0", "qwhy\0", "c");
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync();
        Assert.Equal(["AddRecipient <c@example.net> ", "AddRecipient <d@example.net> NOTIFY=NEVER", "RemoveRecipient <b@example.net>", "ChangeSender <s@example.com>", "Quarantine why"],
            output.Edits.Select(edit => edit switch
            {
                Edit.AddRecipient add => $"AddRecipient {add.Path} {add.Parameters}",
                Edit.RemoveRecipient remove => $"RemoveRecipient {remove.Recipient.Address}",
                Edit.ChangeSender change => $"ChangeSender {change.Path}",
                Edit.Quarantine quarantine => $"Quarantine {quarantine.Reason}",
                _ => edit.GetType().Name,
            }));
    }

    [Theory]
    [InlineData('M', "c")]
    [InlineData('M', "a")]
    [InlineData('L', "c")]
    [InlineData('B', "a")]
    public async Task A_quarantine_before_the_end_is_recorded_once_when_the_message_is_whole(char command, string answer)
    {
        var calls = 0;
        await using var milter = new ScriptedMilter().At(command, _ => ++calls == 1 ? ["qwhy\0", answer] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync();
        Assert.Equal("why", Assert.IsType<Edit.Quarantine>(Assert.Single(output.Edits)).Reason);
    }

    [Theory]
    [InlineData("r")]
    [InlineData("t")]
    [InlineData("d")]
    public async Task Nothing_is_edited_of_a_message_that_is_not_taken(string answer)
    {
        await using var milter = new ScriptedMilter().At('E', "hX-A\0 1\0", answer);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Empty((await pipeline.SendAsync()).Edits);
    }

    [Theory]
    [InlineData("hX-B\0 1\0")]
    [InlineData("bnew\r\n")]
    [InlineData("+<c@example.net>\0")]
    [InlineData("e<c@example.net>\0")]
    [InlineData("qwhy\0")]
    [InlineData("hX-A\0 1\n\0")]
    [InlineData("hX-A\0 a\rb\0")]
    [InlineData("h:\0 a\0")]
    public async Task An_edit_beyond_the_settings_or_not_fit_for_a_message_is_a_fault_and_nothing_is_edited(string frame)
    {
        await using var milter = new ScriptedMilter(actions: 0x11).At('E', "hX-A\0 1\0", frame, "c");
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { EditsFields = ["X-A"], EditsBody = false, EditsEnvelope = false, Quarantines = false });
        var output = await pipeline.SendAsync();
        Assert.Equal(("451 4.3.0 filter foreign failed, try again later", 0), (output.Reply.SmtpReply?.ToString(), output.Edits.Count));
    }

    [Theory]
    [InlineData(true, true, true, true, 0x1FF)]
    [InlineData(false, true, true, true, 0x1EE)]
    [InlineData(true, false, false, false, 0x111)]
    [InlineData(false, false, false, true, 0x120)]
    public async Task Only_what_the_settings_allow_is_offered(bool fields, bool body, bool envelope, bool quarantine, uint offered)
    {
        await using var milter = new ScriptedMilter(actions: 0);
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { EditsFields = fields ? ["*"] : [], EditsBody = body, EditsEnvelope = envelope, Quarantines = quarantine });
        await pipeline.SendAsync();
        Assert.Equal(offered, milter.OfferedActions);
    }

    private static async Task<string> EditedAsync(params string[] frames)
    {
        await using var milter = new ScriptedMilter().At('E', [.. frames, "c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync();
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        return Encoding.UTF8.GetString(output.Message.Span);
    }
}
