using System.Diagnostics;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>What a thread that never comes back costs: over real sockets, with the watchdog at work.</summary>
public sealed class WatchdogTests : IDisposable
{
    private readonly ManualResetEventSlim _release = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _release.Set();
        _release.Dispose();
    }

    [Theory]
    [InlineData((int)FilterStage.EndOfMessage)]
    [InlineData((int)FilterStage.Mail)]
    public async Task A_filter_that_blocks_its_thread_costs_its_own_message_only(int stage)
    {
        var blocking = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["*"] } };
        var isFirst = 1;
        var isBlocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        blocking.Steps[(FilterStage)stage] = (_, _) =>
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
            {
                isBlocked.SetResult();
                _release.Wait(Cancel);
            }
            return Verdict.Continue;
        };
        var signer = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["X-Signed"] } };
        signer.Steps[FilterStage.EndOfMessage] = (message, _) =>
        {
            ((MailMessage)message).Edits.InsertAtTop("X-Signed", "yes");
            return Verdict.Continue;
        };
        // What does not block comes nowhere near, on a busy machine either.
        var limits = new PipelineLimits { CommandBudget = TimeSpan.FromSeconds(3), EndOfMessageBudget = TimeSpan.FromSeconds(3) };
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(PipelineUnderTest.Of(limits, new ResultsPolicy(), ("block", blocking, OnError.Reject), ("sign", signer, OnError.Tempfail)), watchdog);
        await using var stuck = await PipelineOverSocket.OpenAsync(listener);
        var refused = PipelineOverSocket.SendAsync(stuck);
        await isBlocked.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await using var other = await PipelineOverSocket.OpenAsync(listener);
        Assert.Equal(["X-Signed"], (await PipelineOverSocket.SendAsync(other)).Edits.OfType<MilterEdit.InsertHeader>().Select(edit => System.Text.Encoding.ASCII.GetString(edit.Name.Span)));
        var reply = await refused;
        Assert.Equal(MilterReplyKind.ReplyCode, reply.Kind);
        Assert.StartsWith("550 5.3.0 filter block failed", System.Text.Encoding.ASCII.GetString(reply.Text.Span), StringComparison.Ordinal);
        Assert.Empty(reply.Edits);
    }

    [Fact]
    public async Task A_filter_that_blocks_its_thread_at_the_end_of_the_transaction_defers_its_message_and_the_others_hear_of_the_end()
    {
        var blocking = new ScriptedFilter.Script
        {
            Ended = () =>
            {
                _release.Wait(Cancel);
                return ValueTask.CompletedTask;
            },
        };
        var second = new ScriptedFilter.Script();
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(
            PipelineUnderTest.Of(new PipelineLimits { CommandBudget = TimeSpan.FromMilliseconds(100) }, new ResultsPolicy(), ("block", blocking, OnError.Tempfail), ("second", second, OnError.Tempfail)), watchdog);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        var reply = await PipelineOverSocket.SendAsync(client).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.StartsWith("451 4.3.0 filter block failed", System.Text.Encoding.ASCII.GetString(reply.Text.Span), StringComparison.Ordinal);
        Assert.Empty(reply.Edits);
        _release.Set();
        while (second.Outcomes.Count == 0)
            await Task.Delay(10, Cancel);
    }

    [Fact]
    public async Task The_MTA_hears_of_progress_while_a_filter_works_at_the_end_of_the_message()
    {
        var interval = TimeSpan.FromMilliseconds(150);
        using var watchdog = new Watchdog();
        var slow = new ScriptedFilter.Script();
        slow.Steps[FilterStage.EndOfMessage] = async (message, _) =>
        {
            var first = watchdog.Rounds;
            while (watchdog.Rounds < first + 7)
                await Task.Delay(10, message.CancellationToken);
            return Verdict.Continue;
        };
        await using var listener = await PipelineOverSocket.ListenAsync(
            PipelineUnderTest.Of(new PipelineLimits { ProgressInterval = interval }, new ResultsPolicy(), ("slow", slow, OnError.Tempfail)), watchdog);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        var clock = Stopwatch.StartNew();
        var reply = await PipelineOverSocket.SendAsync(client);
        Assert.Equal(MilterReplyKind.Continue, reply.Kind);
        Assert.InRange(reply.ProgressCount, 1, (int)(clock.Elapsed / interval));
    }
}
