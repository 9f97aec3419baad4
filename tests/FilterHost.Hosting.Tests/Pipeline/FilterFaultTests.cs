using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>What a filter's fault costs, and what it does not.</summary>
public sealed class FilterFaultTests
{
    public static TheoryData<int> Stages => [.. Enum.GetValues<FilterStage>().Select(stage => (int)stage)];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_filter_that_throws_defers_the_message_by_default_and_nothing_is_edited(int stage)
    {
        var signer = new ScriptedFilter.Script().AtEnd(message => message.Edits.InsertAtTop("X-Signed", "yes"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", Throwing((FilterStage)stage), OnError.Tempfail), ("sign", signer, OnError.Tempfail)));
        Assert.Equal(MilterReplyKind.ReplyCode, output.Reply.Kind);
        Assert.Equal("451 4.3.0 filter bad failed, try again later", output.Reply.SmtpReply!.ToString());
        Assert.Empty(output.Edits);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_filter_that_throws_after_an_await_is_answered_alike(int stage)
    {
        var script = new ScriptedFilter.Script();
        script.Steps[(FilterStage)stage] = async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("a bug");
        };
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", script, OnError.Reject)));
        Assert.Equal("550 5.3.0 filter bad failed", output.Reply.SmtpReply!.ToString());
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_skipped_filter_is_out_for_this_message_and_the_others_go_on(int stage)
    {
        var bad = Throwing((FilterStage)stage);
        var signer = new ScriptedFilter.Script().AtEnd(message => message.Edits.InsertAtTop("X-Signed", "yes"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", bad, OnError.Skip), ("sign", signer, OnError.Tempfail)));
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal((FilterStage)stage, bad.Seen[^1]);
        Assert.StartsWith("X-Signed: yes\r\n", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_skipped_filter_recorded_is_dropped_and_its_methods_are_temperror()
    {
        var bad = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["*"], Publishes = ["dkim", "x-own"] } }
            .AtEnd(message =>
            {
                message.Edits.Append("X-Half", "done");
                message.Publish(new GenericResult("x-own", "pass"));
                throw new InvalidOperationException("a bug");
            });
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", bad, OnError.Skip)));
        Assert.Equal(["dkim=temperror", "x-own=temperror"], output.Results.Select(result => $"{result.Method}={result.Word}"));
        Assert.DoesNotContain("X-Half", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_that_hangs_and_ignores_its_token_is_left_behind_at_its_time_limit()
    {
        var hanging = new ScriptedFilter.Script();
        var never = new TaskCompletionSource<Verdict>();
        hanging.Steps[FilterStage.EndOfHeaders] = (_, _) => new ValueTask<Verdict>(never.Task);
        var limits = new PipelineLimits { CommandBudget = TimeSpan.FromMilliseconds(50) };
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(limits, new ResultsPolicy(), ("slow", hanging, OnError.Tempfail)));
        Assert.Equal("451 4.3.0 filter slow failed, try again later", output.Reply.SmtpReply!.ToString());
    }

    [Fact]
    public async Task A_filter_that_is_suspended_is_not_called_and_its_mail_gets_its_answer()
    {
        var script = new ScriptedFilter.Script();
        var pipeline = PipelineUnderTest.Of(("bad", script, OnError.Tempfail));
        pipeline.Members[0].Instance.Suspend();
        var output = await PipelineUnderTest.RunAsync(pipeline);
        Assert.Equal(451, output.Reply.SmtpReply!.Code);
        Assert.Empty(script.Seen);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Accept_ends_only_that_filters_part_and_the_signer_still_signs(int stage)
    {
        var accepting = new ScriptedFilter.Script().At((FilterStage)stage, _ => Verdict.Accept);
        var signer = new ScriptedFilter.Script().AtEnd(message => message.Edits.InsertAtTop("X-Signed", "yes"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("accept", accepting, OnError.Tempfail), ("sign", signer, OnError.Tempfail)));
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal((FilterStage)stage, accepting.Seen[^1]);
        Assert.StartsWith("X-Signed: yes\r\n", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_kept_after_the_call_refuses_to_answer()
    {
        CompleteMessage? kept = null;
        await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("keep", new ScriptedFilter.Script().AtEnd(message => kept = message), OnError.Tempfail)));
        Assert.Throws<InvalidOperationException>(() => kept!.Header);
    }

    [Fact]
    public async Task Every_filter_hears_the_outcome_once_whatever_it_is()
    {
        var first = new ScriptedFilter.Script();
        var second = new ScriptedFilter.Script().At(FilterStage.EndOfHeaders, _ => Verdict.Reject("no"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("first", first, OnError.Tempfail), ("second", second, OnError.Tempfail)));
        Assert.Equal("550 5.7.1 no [second]", output.Reply.SmtpReply!.ToString());
        Assert.Equal([TransactionOutcome.Rejected], first.Outcomes);
        Assert.Equal([TransactionOutcome.Rejected], second.Outcomes);
    }

    [Fact]
    public async Task A_filter_that_throws_at_the_end_of_the_transaction_is_disposed_and_the_others_hear_of_the_end()
    {
        var bad = new ScriptedFilter.Script { Ended = static () => throw new InvalidOperationException("a bug") };
        var second = new ScriptedFilter.Script();
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", bad, OnError.Tempfail), ("second", second, OnError.Tempfail)));
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal((1, 1), (bad.Disposals, second.Disposals));
        Assert.Equal([TransactionOutcome.Passed], second.Outcomes);
    }

    [Fact]
    public async Task A_filter_that_hangs_at_the_end_of_the_transaction_is_left_behind()
    {
        var never = new TaskCompletionSource();
        var hanging = new ScriptedFilter.Script { Ended = () => new ValueTask(never.Task) };
        var second = new ScriptedFilter.Script();
        var limits = new PipelineLimits { CommandBudget = TimeSpan.FromMilliseconds(50) };
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(limits, new ResultsPolicy(), ("slow", hanging, OnError.Tempfail), ("second", second, OnError.Tempfail)))
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal([TransactionOutcome.Passed], second.Outcomes);
    }

    [Fact]
    public async Task What_a_filter_hangs_on_its_token_can_neither_throw_into_the_host_nor_hold_it()
    {
        using var release = new ManualResetEventSlim();
        var bad = new ScriptedFilter.Script().At(FilterStage.EndOfHeaders, transaction =>
        {
            transaction.CancellationToken.Register(() => release.Wait());
            transaction.CancellationToken.Register(static () => throw new InvalidOperationException("a bug"));
            throw new InvalidOperationException("a bug");
        });
        var output = await Task.Run(() => PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("bad", bad, OnError.Tempfail))), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        release.Set();
        Assert.Equal("451 4.3.0 filter bad failed, try again later", output.Reply.SmtpReply!.ToString());
    }

    private static ScriptedFilter.Script Throwing(FilterStage stage) =>
        new ScriptedFilter.Script().At(stage, _ => throw new InvalidOperationException("a bug"));
}
