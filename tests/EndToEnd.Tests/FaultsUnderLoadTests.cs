using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Every fault of a filter that the host survives, under load: each message gets what is configured, and nobody else's mail notices. See faults.md.</summary>
public sealed class FaultsUnderLoadTests(FaultySetup setup, ITestOutputHelper output) : IClassFixture<FaultySetup>
{
    private const string Good = $"{MilterLoad.Passed} X-Hello";

    [Theory]
    [InlineData("connect")]
    [InlineData("helo")]
    [InlineData("mail")]
    [InlineData("recipient")]
    [InlineData("data")]
    [InlineData("end_of_headers")]
    [InlineData("body")]
    [InlineData("end_of_message")]
    public async Task A_filter_that_throws_at_any_stage_costs_its_own_mail_only(string stage)
    {
        await using var host = await setup.StartAsync("throw", stage);
        await ExpectFaultsAsync(host, $"throw at {stage}", "threw", 4, 10);
    }

    [Theory]
    [InlineData("transaction_ended")]
    [InlineData("connection_ended")]
    public async Task A_filter_that_throws_when_all_is_over_costs_no_mail(string stage)
    {
        await using var host = await setup.StartAsync("throw", stage);
        await ExpectNoHarmAsync(host, $"throw at {stage}", "threw");
    }

    [Theory]
    [InlineData("throw_on_thread")]
    [InlineData("throw_in_async_void")]
    [InlineData("throw_in_timer")]
    public async Task A_plugin_that_throws_where_nobody_catches_is_suspended(string fault)
    {
        await using var host = await setup.StartAsync(fault, "end_of_message");
        // Until the exception comes its mail passes.
        var (_, before) = await setup.RunAsync(1, 1);
        Assert.All(before, listener => Assert.All(listener.Value.Answers.Keys, answer => Assert.Contains(answer, new[] { Good, AnswerOf(listener.Key) })));
        await host.HasLoggedAsync("a thread of plugin Faulty threw");
        await ExpectFaultsAsync(host, fault, "is suspended", 4, 10);
        Assert.Contains("threw on a thread of its own ", host.Log(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("end_of_message")]
    public async Task A_filter_that_hangs_is_given_up_at_its_time_limit(string stage)
    {
        await using var host = await setup.StartAsync("hang", stage);
        await ExpectFaultsAsync(host, $"hang at {stage}", "overran its time", 8, 6);
        Assert.Contains("is suspended ", host.Log(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("block", "mail")]
    [InlineData("block", "end_of_message")]
    [InlineData("loop_in_constructor", "end_of_message")]
    public async Task A_filter_that_blocks_its_thread_loses_its_connection(string fault, string stage)
    {
        await using var host = await setup.StartAsync(fault, stage);
        var without = await setup.BaselineAsync();
        var (good, faulty) = await setup.RunAsync(fault == "block" ? 12 : 1, 3, staysOpen: false);
        ExpectGood(good, without, $"{fault} at {stage}");
        foreach (var (onError, report) in faulty)
        {
            // Nobody is left to go on with the other filters, so that a message is not let through by skip. One that comes while the filter is suspended is.
            string[] expected = onError == "skip" ? ["451 4.3.0 filter skip failed, try again later", Good] : [AnswerOf(onError)];
            Assert.All(report.Answers.Keys, answer => Assert.Contains(answer, expected));
        }
        await ExpectEndAsync(host, "blocks its thread");
    }

    [Fact]
    public async Task Edits_that_make_no_sense_are_a_fault_and_nothing_of_them_is_made()
    {
        await using var host = await setup.StartAsync("nonsense_edits", "end_of_message");
        await ExpectFaultsAsync(host, "nonsense edits", "threw", 4, 10);
    }

    [Fact]
    public async Task A_filter_that_throws_in_Dispose_costs_no_mail()
    {
        await using var host = await setup.StartAsync("throw_in_dispose", "end_of_message");
        await ExpectNoHarmAsync(host, "throw in Dispose", "threw");
    }

    [Theory]
    [InlineData("leak")]
    [InlineData("keep_chunk")]
    [InlineData("load_native_library")]
    public async Task What_the_host_does_not_see_costs_no_mail(string fault)
    {
        await using var host = await setup.StartAsync(fault, "end_of_message");
        await ExpectNoHarmAsync(host, fault, null);
    }

    private static string AnswerOf(string onError) => onError switch
    {
        "tempfail" => "451 4.3.0 filter tempfail failed, try again later",
        "reject" => "550 5.3.0 filter reject failed",
        _ => Good,
    };

    private async Task ExpectFaultsAsync(FilterHostProcess host, string what, string words, int connections, int messages)
    {
        var without = await setup.BaselineAsync();
        var (good, faulty) = await setup.RunAsync(connections, messages);
        ExpectGood(good, without, what);
        foreach (var (onError, report) in faulty)
            Assert.Equal(KeyValuePair.Create(AnswerOf(onError), connections * messages), Assert.Single(report.Answers));
        await ExpectEndAsync(host, words);
    }

    private async Task ExpectNoHarmAsync(FilterHostProcess host, string what, string? words)
    {
        var without = await setup.BaselineAsync();
        var (good, faulty) = await setup.RunAsync(4, 25);
        ExpectGood(good, without, what);
        foreach (var (_, report) in faulty)
            Assert.Equal(Good, Assert.Single(report.Answers).Key);
        await ExpectEndAsync(host, words);
    }

    // Timings say how it was, and fail only what nobody could call a machine that is busy.
    private void ExpectGood(LoadReport good, TimeSpan without, string what)
    {
        Assert.Equal(Good, Assert.Single(good.Answers).Key);
        var line = FormattableString.Invariant($"{what}: median of the other pipeline {good.Median.TotalMilliseconds:0.00} ms of {good.Count} messages, without fault {without.TotalMilliseconds:0.00} ms: {good.Median / without:0.0}x; 95 % within {good.Slow.TotalMilliseconds:0.00} ms");
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
        Assert.True(good.Median < (without * 10) + TimeSpan.FromMilliseconds(200), line);
    }

    // The host says once more, when it stops, how the filters have fared; stopping fails unless it ends with 0.
    private static async Task ExpectEndAsync(FilterHostProcess host, string? words)
    {
        await host.StopAsync();
        var ends = host.Log().Split('\n').Where(line => line.Contains("faults since it was made", StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(ends, line => line.Contains("filter good ", StringComparison.Ordinal));
        if (words is null)
            Assert.Empty(ends);
        else
            Assert.All(FaultySetup.OnErrors, onError => Assert.Contains(ends, line => line.Contains($"filter {onError} (plugin Faulty) had ", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal)));
    }
}
