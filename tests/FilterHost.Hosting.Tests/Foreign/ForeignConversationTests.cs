using System.Text;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Tests.Pipeline;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>What a milter is told.</summary>
public sealed class ForeignConversationTests
{
    [Fact]
    public async Task A_milter_is_told_what_the_MTA_said_and_of_the_end()
    {
        await using var milter = new ScriptedMilter();
        await using (var pipeline = ForeignPipeline.Of(milter))
            await pipeline.SendAsync();
        await milter.UntilAsync(milter => milter.Commands.EndsWith('Q'));
        Assert.Equal(
            [
                "Cclient.example.com|4||192.0.2.1|", "Hclient.example.com|", "M<a@example.com>|SIZE=100|", "R<b@example.net>|", "T",
                "LReceived| from a|", "LFrom| a@example.com|", "LSubject| one|", "LSubject| two\n\tfolded|", "LTo| b@example.net|", "N", "Bhello\r\nworld\r\n", "E", "Q",
            ],
            milter.Told.Select(frame => frame.Replace("4||", "4||", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Steps_that_it_leaves_out_are_not_sent_and_replies_that_it_leaves_out_are_not_awaited()
    {
        // NOCONNECT NOHELO NORCPT NOBODY NODATA, NR_MAIL NR_HDR NR_EOH.
        await using var milter = new ScriptedMilter(steps: 0x1 | 0x2 | 0x8 | 0x10 | 0x200 | 0x4000 | 0x80 | 0x40000);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal("MLLLLLNE", milter.Commands);
    }

    [Fact]
    public async Task Macros_come_with_their_command_and_those_it_asks_for_at_the_stage_it_names()
    {
        await using var milter = new ScriptedMilter(actions: 0x100);
        milter.MacroLists.Add((5, "j {daemon_name} {unknown}"));
        await using var pipeline = ForeignPipeline.Of(milter);
        await pipeline.SendAsync();
        Assert.Contains("Cj|mx.example.net|{daemon_name}|smtpd|", milter.Macros);
        Assert.Contains(milter.Macros, macros => macros.StartsWith('T') && macros.Contains("i|4ABC|", StringComparison.Ordinal));
        Assert.Contains(milter.Macros, macros => macros.StartsWith('E') && macros.Contains("j|mx.example.net|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_of_one_connection_share_the_milters_and_each_that_is_broken_off_is_aborted()
    {
        await using var milter = new ScriptedMilter();
        var refusal = new ScriptedFilter.Script().At(FilterStage.Data, _ => Verdict.Reject("no"));
        var isRefusing = false;
        refusal.Steps[FilterStage.Data] = (_, _) => isRefusing ? Verdict.Reject("no") : Verdict.Continue;
        await using (var pipeline = new ForeignPipeline().Add(milter).Add("refusing", refusal))
        {
            Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
            isRefusing = true;
            Assert.Equal(TransactionOutcome.Rejected, (await pipeline.SendAsync()).Outcome);
            isRefusing = false;
            Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        }
        await milter.UntilAsync(milter => milter.Commands.EndsWith('Q'));
        Assert.Equal("CHMRTLLLLLNBEMRTAMRTLLLLLNBEQ", milter.Commands);
        Assert.Equal(1, milter.Connections);
    }

    [Fact]
    public async Task Two_connections_have_two()
    {
        await using var milter = new ScriptedMilter();
        await using var one = ForeignPipeline.Of(milter);
        await using var two = ForeignPipeline.Of(milter);
        await Task.WhenAll(one.SendAsync(), two.SendAsync());
        Assert.Equal(2, milter.Connections);
    }

    [Fact]
    public async Task A_body_larger_than_the_memory_for_it_arrives_whole()
    {
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i}\r\n"));
        await using var milter = new ScriptedMilter(steps: 0x180000);
        var limits = new PipelineLimits { KeepsEveryBody = true, BodyMemory = 10_000 };
        await using var pipeline = new ForeignPipeline { Limits = limits }
            .Add("editor", new ScriptedFilter.Script { Traits = new FilterTraits { EditsBody = true, EditsFields = ["*"] } }.AtEnd(message => message.Edits.Append("X-Before", "1")))
            .Add(milter);
        var output = await pipeline.SendAsync(input => input with { Message = Encoding.ASCII.GetBytes("From: a@example.com\r\n\r\n" + body) });
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal(body, string.Concat(milter.Told.Where(frame => frame[0] == 'B').Select(frame => frame[1..])));
    }

    [Fact]
    public async Task Unknown_commands_are_told_and_may_be_refused()
    {
        await using var milter = new ScriptedMilter().At('U', "y500 5.5.1 never heard\0");
        await using var pipeline = ForeignPipeline.Of(milter);
        using var watchdog = new Watchdog();
        var conversation = new MilterConversation(new PipelineSource(pipeline.Build()), watchdog, pipeline.Log, TimeProvider.System);
        conversation.OnNegotiated(new(6, FilterHost.Milter.MilterActions.All, 0), FilterHost.Milter.MilterActions.All, 0);
        await conversation.OnConnectAsync(new("client"u8.ToArray(), 'U', 0, default));
        var reply = await conversation.OnUnknownCommandAsync("FROB x"u8.ToArray());
        await conversation.OnClosedAsync();
        Assert.Equal("500 5.5.1 never heard [foreign]", reply.SmtpReply?.ToString());
        Assert.Equal(["Cclient|U", "UFROB x|"], milter.Told.Take(2));
    }

    [Fact]
    public async Task HELO_that_comes_again_is_told_again_and_a_new_connection_hears_the_latest_once()
    {
        await using var milter = new ScriptedMilter().At('M', connection => connection == 1 ? [ScriptedMilter.Die] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        using var watchdog = new Watchdog();
        var conversation = new MilterConversation(new PipelineSource(pipeline.Build()), watchdog, pipeline.Log, TimeProvider.System);
        conversation.OnNegotiated(new(6, FilterHost.Milter.MilterActions.All, 0), FilterHost.Milter.MilterActions.All, 0);
        await conversation.OnConnectAsync(new("client"u8.ToArray(), 'U', 0, default));
        await conversation.OnHeloAsync("one"u8.ToArray());
        await conversation.OnHeloAsync("two"u8.ToArray());
        await conversation.OnMailAsync("<>"u8.ToArray(), []);
        await conversation.OnAbortAsync();
        await conversation.OnMailAsync("<>"u8.ToArray(), []);
        await conversation.OnClosedAsync();
        Assert.Equal(["Cclient|U", "Hone|", "Htwo|", "M<>|", "Cclient|U", "Htwo|", "M<>|"], milter.Told.Take(7));
    }
}
