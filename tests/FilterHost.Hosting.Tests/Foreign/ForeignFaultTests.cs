using FilterHost.Hosting.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>A milter that hangs, dies, talks nonsense or is not there: each message gets on_error, none is half-edited, the next one goes through a new connection.</summary>
public sealed class ForeignFaultTests
{
    private const string OfMessage = "MRTLNBE";

    public static TheoryData<char, string> FaultsOfMessage()
    {
        var data = new TheoryData<char, string>();
        foreach (var command in OfMessage)
        {
            foreach (var fault in new[] { ScriptedMilter.Die, ScriptedMilter.Hang, "f", "Z", "", "cx", "y250 ok\0", "hX-A\0 1" })
                data.Add(command, fault);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(FaultsOfMessage))]
    public async Task A_fault_within_a_message_is_that_messages_alone(char command, string fault)
    {
        await using var milter = new ScriptedMilter().At(command, connection => connection == 1 ? command == 'E' ? ["hX-A\0 1\0", fault] : [fault] : command == 'E' ? ["hX-A\0 1\0", "c"] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        var first = await pipeline.SendAsync();
        Assert.Equal(("451 4.3.0 filter foreign failed, try again later", 0), (first.Reply.SmtpReply?.ToString(), first.Edits.Count));
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal(2, milter.Connections);
    }

    [Theory]
    [InlineData(nameof(OnError.Reject), "550 5.3.0 filter foreign failed")]
    [InlineData(nameof(OnError.Tempfail), "451 4.3.0 filter foreign failed, try again later")]
    [InlineData(nameof(OnError.Skip), null)]
    public async Task The_settings_say_what_a_message_gets(string onError, string? reply)
    {
        await using var milter = new ScriptedMilter().At('E', "hX-A\0 1\0", ScriptedMilter.Die);
        await using var pipeline = ForeignPipeline.Of(milter, onError: Enum.Parse<OnError>(onError));
        var output = await pipeline.SendAsync();
        Assert.Equal((reply, 0), (output.Reply.SmtpReply?.ToString(), output.Edits.Count));
    }

    [Fact]
    public async Task Skipped_it_is_a_temporary_error_of_each_method_that_it_publishes()
    {
        await using var milter = new ScriptedMilter().At('E', ScriptedMilter.Die);
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { Publishes = ["dkim", "x-a"] }, OnError.Skip);
        Assert.Equal(["dkim=temperror", "x-a=temperror"], (await pipeline.SendAsync()).Results.Select(result => $"{result.Method}={result.Word}"));
    }

    [Theory]
    [InlineData('C', ScriptedMilter.Die)]
    [InlineData('C', ScriptedMilter.Hang)]
    [InlineData('C', "Z")]
    [InlineData('H', ScriptedMilter.Die)]
    [InlineData('H', ScriptedMilter.Hang)]
    [InlineData('H', "Z")]
    [InlineData('O', ScriptedMilter.Die)]
    [InlineData('O', ScriptedMilter.Hang)]
    [InlineData('O', "Z")]
    public async Task A_milter_that_is_lost_before_the_message_answers_nothing_and_the_message_asks_it_anew(char command, string fault)
    {
        await using var milter = new ScriptedMilter();
        milter.At(command, connection => connection == 1 ? [fault] : command == 'O' ? ["O\0\0\0\u0006\0\0\0\0\0\0\0\0"] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.EndsWith("CHMRTLLLLLNBE", milter.Commands, StringComparison.Ordinal);
        Assert.Equal(2, milter.Connections);
    }

    [Theory]
    [InlineData('C')]
    [InlineData('H')]
    public async Task A_refusal_that_comes_only_when_client_and_HELO_are_told_anew_is_the_messages(char command)
    {
        await using var milter = new ScriptedMilter().At(command, connection => connection == 1 ? [ScriptedMilter.Die] : ["y554 5.7.1 not you\0"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal("554 5.7.1 not you [foreign]", (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
        Assert.Equal("554 5.7.1 not you [foreign]", (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
        Assert.Equal(2, milter.Connections);
    }

    [Theory]
    [InlineData(ScriptedMilter.Die)]
    [InlineData(ScriptedMilter.Hang)]
    public async Task A_milter_that_stays_away_is_tried_once_a_connection_and_once_a_message(string fault)
    {
        await using var milter = new ScriptedMilter().At('C', fault);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(451, (await pipeline.SendAsync()).Reply.SmtpReply!.Code);
        Assert.Equal(451, (await pipeline.SendAsync()).Reply.SmtpReply!.Code);
        Assert.Equal(3, milter.Connections);
    }

    [Fact]
    public async Task A_milter_that_refuses_connections_gives_on_error_to_each_message()
    {
        var milter = new ScriptedMilter();
        await milter.DisposeAsync();
        await using var pipeline = ForeignPipeline.Of(milter);
        // Its clock stands still, so that no patience ends.
        Assert.Equal("451 4.3.0 filter foreign failed, try again later", (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
    }

    [Fact]
    public async Task A_milter_that_went_away_between_two_messages_is_no_fault_of_the_second()
    {
        await using var milter = new ScriptedMilter(steps: 0x14000).At('E', connection => connection == 1 ? ["c", ScriptedMilter.Die] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        await milter.ArrivedAsync(static milter => milter.Ended == 1);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal(2, milter.Connections);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_reaches_no_message()
    {
        await using var milter = new ScriptedMilter().At('E', connection => connection == 1 ? ["c", "r"] : ["c"]);
        await using var pipeline = ForeignPipeline.Of(milter);
        await pipeline.SendAsync();
        await milter.ArrivedAsync(static milter => milter.IsAnswered('E'));
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal(2, milter.Connections);
    }

    [Theory]
    [InlineData('R')]
    [InlineData('E')]
    public async Task A_late_answer_reaches_no_message(char command)
    {
        // Late for the pipeline, not for the member's own clock: the call is left to itself.
        var clock = new FakeTimeProvider();
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var milter = new ScriptedMilter
        {
            Waiting = () =>
            {
                clock.Advance(TimeSpan.FromHours(1));
                return late.Task;
            },
        }.At(command, connection => connection == 1 ? [ScriptedMilter.Wait, "r"] : ["c"]);
        await using var pipeline = new ForeignPipeline { Time = clock }.Add(milter);
        Assert.Equal("451 4.3.0 filter foreign failed, try again later", (await pipeline.SendAsync()).Reply.SmtpReply?.ToString());
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        late.SetResult();
        await milter.UntilAsync(static milter => milter.Ended == 1);
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
        Assert.Equal(2, milter.Connections);
    }

    [Fact]
    public async Task Progress_gives_a_slow_milter_time()
    {
        // In all it takes longer than the milter is given, but no step comes near.
        await using var milter = new ScriptedMilter { Time = TimeProvider.System }.At('E', [.. Enumerable.Repeat(new[] { ScriptedMilter.Wait, "p" }, 16).SelectMany(pair => pair), "c"]);
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { ContentTimeout = TimeSpan.FromSeconds(3) });
        Assert.Equal(TransactionOutcome.Passed, (await pipeline.SendAsync()).Outcome);
    }

    [Fact]
    public async Task A_milter_that_wants_more_than_it_is_offered_is_a_fault()
    {
        await using var milter = new ScriptedMilter(actions: 0x02);
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { EditsBody = false });
        Assert.Equal(451, (await pipeline.SendAsync()).Reply.SmtpReply!.Code);
    }
}
