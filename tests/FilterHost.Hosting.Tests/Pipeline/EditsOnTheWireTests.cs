using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>Edits as the MTA receives them.</summary>
public sealed class EditsOnTheWireTests
{
    private static readonly FilterTraits Everything = new() { EditsFields = ["*"], EditsBody = true, EditsEnvelope = true, Quarantines = true };

    [Fact]
    public async Task Edits_go_out_in_an_order_that_every_MTA_applies_alike()
    {
        var first = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message =>
        {
            message.Edits.Quarantine("why");
            message.Edits.ChangeSender("<new@example.com>", "RET=HDRS");
            message.Edits.RemoveRecipient(message.Envelope.Recipients[0]);
            message.Edits.AddRecipient("<c@example.net>");
            message.Edits.InsertAtTop("X-Low", "1");
            message.Edits.Append("X-Upper", "1");
            foreach (var field in message.Header.Where(field => field.IsNamed("X-Old")).ToArray())
                message.Edits.Remove(field);
        });
        var second = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message =>
        {
            message.Edits.Replace(message.Header.First("Subject")!, " changed\r\n\tfolded"u8.ToArray());
            message.Edits.InsertAtTop("X-High", "2");
            message.Edits.Append("X-Lower", "2");
            message.Edits.ReplaceBody("new\r\n"u8);
            message.Edits.Quarantine("and why");
        });
        Assert.Equal(
            [
                "body new\r\n", "change 3 x-old:", "change 2 X-Old:", "change 1 Subject: changed\n\tfolded", "change 1 X-Old:", "add X-Upper: 1", "add X-Lower: 2",
                "insert 0 X-Low: 1", "insert 0 X-High: 2", "sender <new@example.com> RET=HDRS", "delete <b@example.net>", "recipient <c@example.net>", "quarantine why; and why",
            ],
            await EditsOfAsync(MilterActions.All, first, second));
    }

    [Fact]
    public async Task A_field_that_a_filter_inserts_and_a_later_one_removes_is_never_sent()
    {
        var first = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message => message.Edits.InsertAtTop("X-Passing", "1"));
        var second = new ScriptedFilter.Script { Traits = Everything }.AtEnd(message => message.Edits.Remove(message.Header.First("X-Passing")!));
        Assert.Empty(await EditsOfAsync(MilterActions.All, first, second));
    }

    [Fact]
    public async Task An_edit_that_the_MTA_did_not_grant_defers_the_message_with_nothing_changed()
    {
        var script = new ScriptedFilter.Script { Traits = Everything with { EditsFields = ["X-A"], EditsBody = false, EditsEnvelope = false, Quarantines = false } }
            .AtEnd(message => message.Edits.Append("X-A", "1"));
        var removing = new ScriptedFilter.Script { Traits = script.Traits with { EditsFields = ["X-Old"] } }
            .AtEnd(message => message.Edits.Remove(message.Header.First("X-Old")!));
        Assert.Equal(["451 4.3.5 the mail filter may not make the change it needs to"], await EditsOfAsync(MilterActions.AddHeaders, script, removing));
    }

    [Theory]
    [InlineData(true, false, MilterActions.All & ~MilterActions.AddHeaders)]
    [InlineData(false, true, MilterActions.All & ~MilterActions.ChangeBody)]
    public async Task A_pipeline_whose_edits_the_MTA_never_grants_is_no_pipeline_for_it(bool fields, bool body, MilterActions granted)
    {
        var script = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = fields ? ["X-A"] : [], EditsBody = body } };
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(PipelineUnderTest.Of(new PipelineLimits(), new ResultsPolicy(), ("edit", script, OnError.Tempfail)), watchdog);
        await Assert.ThrowsAnyAsync<IOException>(() => PipelineOverSocket.OpenAsync(listener, granted));
    }

    private static async Task<IEnumerable<string>> EditsOfAsync(MilterActions granted, params ScriptedFilter.Script[] scripts)
    {
        var filters = scripts.Select((script, index) => ($"filter{index}", script, OnError.Tempfail)).ToArray();
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(PipelineUnderTest.Of(new PipelineLimits(), new ResultsPolicy(), filters), watchdog);
        await using var client = await PipelineOverSocket.OpenAsync(listener, granted);
        var reply = await PipelineOverSocket.SendAsync(client, ("X-Old", " 1"), ("Subject", " s"), ("X-Old", " 2"), ("x-old", " 3"));
        return reply.Kind is MilterReplyKind.ReplyCode ? [Text(reply.Text)] : reply.Edits.Select(Describe);
    }

    private static string Describe(MilterEdit edit) => edit switch
    {
        MilterEdit.AddHeader add => $"add {Text(add.Name)}:{Text(add.Value)}",
        MilterEdit.InsertHeader insert => $"insert {insert.Index} {Text(insert.Name)}:{Text(insert.Value)}",
        MilterEdit.ChangeHeader change => $"change {change.Index} {Text(change.Name)}:{Text(change.Value)}",
        MilterEdit.ReplaceBody body => $"body {Text(body.Chunk)}",
        MilterEdit.AddRecipient add => $"recipient {Text(add.Path)}{add.Parameters}",
        MilterEdit.DeleteRecipient delete => $"delete {Text(delete.Path)}",
        MilterEdit.ChangeSender change => $"sender {Text(change.Path)} {change.Parameters}",
        MilterEdit.Quarantine quarantine => $"quarantine {Text(quarantine.Reason)}",
        _ => throw new ArgumentException($"{edit} is unknown", nameof(edit)),
    };

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);
}
