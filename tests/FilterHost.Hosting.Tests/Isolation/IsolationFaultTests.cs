using System.Diagnostics;
using System.Text;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>What a worker can do wrong costs the messages that are in it, and no others.</summary>
public sealed class IsolationFaultTests
{
    [Theory]
    [InlineData("stack_overflow", "aborted itself")]
    [InlineData("fail_fast", "aborted itself")]
    [InlineData("throw_aside", "aborted itself")]
    [InlineData("break_memory", "SIGSEGV")]
    public async Task A_worker_that_dies_costs_the_message_that_is_in_it_and_is_started_again(string deed, string ending)
    {
        await using var host = await IsolationHost.StartAsync(Wrecker(deed), "w");
        var before = ProcessOf(await host.SendAsync(IsolationHost.Mail));
        AssertTempfail(await host.SendAsync(IsolationHost.Boom));
        // Not a wait: the answer comes at once.
        AssertTempfail(await host.SendAsync(IsolationHost.Mail));
        await host.HasLoggedAsync(ending);
        await host.UntilAsync(() => host.WorkerOf("w").ProcessId is not null, "the worker is started again");
        Assert.NotEqual(before, ProcessOf(await host.SendAsync(IsolationHost.Mail)));
        Assert.Equal(1, host.WorkerOf("w").Deaths);
    }

    // What its heap cannot give is an exception first; so long as the plugin keeps the rest, the worker is over its limit.
    [Fact]
    public async Task A_worker_that_takes_more_memory_than_it_may_is_killed_and_started_again()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("memory", "isolation_memory = \"200M\""), "w");
        var before = ProcessOf(await host.SendAsync(IsolationHost.Mail));
        AssertTempfail(await host.SendAsync(IsolationHost.Boom));
        await host.HasLoggedAsync("more than isolation_memory");
        await host.UntilAsync(() => host.WorkerOf("w").ProcessId is not null, "the worker is started again");
        Assert.NotEqual(before, ProcessOf(await host.SendAsync(IsolationHost.Mail)));
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("block")]
    [InlineData("spin")]
    public async Task A_worker_whose_call_overran_and_does_not_come_back_is_killed(string deed)
    {
        await using var host = await IsolationHost.StartAsync(Wrecker(deed, "time_limit = \"5s\""), "w");
        AssertTempfail(await host.SendAsync(IsolationHost.Boom));
        await host.HasLoggedAsync("overran its time at EndOfMessage");
        // It serves others until it is seen that the call does not come back.
        Assert.Equal(TransactionOutcome.Passed, (await host.SendAsync(IsolationHost.Mail)).Outcome);
        await host.HasLoggedAsync("was killed: it is in a call that overran its time and does not come back");
        await host.UntilAsync(() => host.WorkerOf("w").ProcessId is not null, "the worker is started again");
        Assert.Equal(TransactionOutcome.Passed, (await host.SendAsync(IsolationHost.Mail)).Outcome);
    }

    [Fact]
    public async Task A_call_that_overran_and_honours_its_token_costs_no_worker()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("hang_until_cancelled", "time_limit = \"5s\""), "w");
        var process = host.WorkerOf("w").ProcessId;
        AssertTempfail(await host.SendAsync(IsolationHost.Boom));
        // Longer than a worker has to close a connection.
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        Assert.Equal(process, host.WorkerOf("w").ProcessId);
        Assert.Equal(0, host.WorkerOf("w").Deaths);
    }

    [Fact]
    public async Task A_worker_that_takes_more_CPU_time_than_it_may_is_killed()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("spin_aside", "isolation_cpu = \"1s\""), "w");
        Assert.Equal(TransactionOutcome.Passed, (await host.SendAsync(IsolationHost.Boom)).Outcome);
        await host.HasLoggedAsync("took more CPU time than isolation_cpu, 1 s, with no message in it");
    }

    [Fact]
    public async Task CPU_time_counts_for_the_message_that_is_in_the_worker()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("spin", "isolation_cpu = \"1s\""), "w");
        var watch = Stopwatch.StartNew();
        AssertTempfail(await host.SendAsync(IsolationHost.Boom));
        await host.HasLoggedAsync("took more CPU time than isolation_cpu, 1 s, for one message");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it was killed for its time limit, not for its CPU time");
    }

    [Fact]
    public async Task A_filter_that_throws_costs_no_worker_and_its_exception_is_in_the_log_of_the_host()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("throw", "on_error = \"skip\""), "w");
        var output = await host.SendAsync(IsolationHost.Boom);
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        Assert.Equal("temperror", Assert.Single(output.Results).Word);
        await host.HasLoggedAsync("4ABC: filter w threw at EndOfMessage; the message gets its on_error: Skip | System.InvalidOperationException: the wrecker throws");
        Assert.Equal(0, host.WorkerOf("w").Deaths);
        Assert.Equal(TransactionOutcome.Passed, (await host.SendAsync(IsolationHost.Mail)).Outcome);
    }

    [Fact]
    public async Task Somebody_kills_a_worker_and_only_its_messages_get_on_error()
    {
        await using var host = await IsolationHost.StartAsync(
            Wrecker("slow") + """
                [filter.other]
                plugin = "Wrecker"
                deed = "none"
                isolation = "process"
                """, "w", "other");
        var slow = host.SendAsync(IsolationHost.Boom);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        using (var process = Process.GetProcessById(host.WorkerOf("w").ProcessId!.Value))
            process.Kill();
        AssertTempfail(await slow);
        await host.HasLoggedAsync("SIGKILL");
        Assert.NotNull(host.WorkerOf("other").ProcessId);
        Assert.Equal(0, host.WorkerOf("other").Deaths);
    }

    [Fact]
    public async Task Under_load_every_message_that_does_no_harm_passes_or_gets_on_error_and_the_worker_comes_back_each_time()
    {
        await using var host = await IsolationHost.StartAsync(
            Wrecker("fail_fast", "on_error = \"skip\"") + """
                [filter.other]
                plugin = "Wrecker"
                deed = "none"
                """, "w", "other");
        for (var round = 0; round < 2; round++)
        {
            var mails = Enumerable.Range(0, 40).Select(number => host.SendAsync(number == 20 ? IsolationHost.Boom : IsolationHost.Mail)).ToArray();
            foreach (var output in await Task.WhenAll(mails))
            {
                Assert.Equal(TransactionOutcome.Passed, output.Outcome);
                // The other filter's part is never missing, the worker's is there or its error is.
                Assert.Contains(output.Edits, edit => edit is Edit.AppendField { Filter: "other" });
                Assert.Contains(output.Results, result => result.Word is "pass" or "temperror");
            }
            await host.UntilAsync(() => host.WorkerOf("w").Deaths == round + 1 && host.WorkerOf("w").ProcessId is not null, "the worker is started again");
        }
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.SendAsync(IsolationHost.Mail))), output => Assert.Equal(2, output.Results.Count(result => result.Word == "pass")));
    }

    [Fact]
    public async Task What_a_plugin_prints_is_in_the_log_and_disturbs_nothing()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("print"), "w");
        Assert.Equal(TransactionOutcome.Passed, (await host.SendAsync(IsolationHost.Boom)).Outcome);
        await host.HasLoggedAsync("worker of filter.w writes: {\"a\": the wrecker prints");
    }

    [Fact]
    public async Task The_worker_ends_with_its_table_and_finishes_the_message_that_is_in_it()
    {
        await using var host = await IsolationHost.StartAsync(Wrecker("slow"), "w");
        var process = host.WorkerOf("w").ProcessId!.Value;
        var slow = host.SendAsync(IsolationHost.Boom);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await host.StopAsync();
        Assert.Equal(TransactionOutcome.Passed, (await slow).Outcome);
        Assert.False(Directory.Exists($"/proc/{process}"));
        Assert.DoesNotContain(host.Log, line => line.Text.Contains("ended by itself", StringComparison.Ordinal) || line.Text.Contains("was killed", StringComparison.Ordinal));
        Assert.Empty(Directory.GetDirectories(Path.Combine(host.Folder, "tmp")));
    }

    private static string Wrecker(string deed, string more = "") => $"""
        [filter.w]
        plugin = "Wrecker"
        deed = "{deed}"
        isolation = "process"
        {more}

        """;

    private static string ProcessOf(MessageOutput output) =>
        Encoding.UTF8.GetString(Assert.Single(output.Edits.OfType<Edit.AppendField>()).Field.Body.Span);

    private static void AssertTempfail(MessageOutput output)
    {
        Assert.Equal(TransactionOutcome.TempFailed, output.Outcome);
        Assert.Equal("451 4.3.0 filter w failed, try again later", output.Reply.SmtpReply?.ToString());
    }
}
