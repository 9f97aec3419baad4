using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>A start with a worker says the same and refuses the same as one without.</summary>
public sealed class IsolationStartTests
{
    [Theory]
    [InlineData("deed = \"nothing_that_is_known\"")]
    [InlineData("deed = \"none\"\nunknown = 1")]
    [InlineData("deed = \"none\"\nrefuses = \"the check refuses\"")]
    [InlineData("")]
    public Task What_is_wrong_with_the_table_is_said_with_file_and_line(string settings) =>
        AssertSameProblemsAsync($"[filter.w]\nplugin = \"Wrecker\"\nISOLATION\n{settings}\n", "w");

    [Fact]
    public Task A_plugin_that_is_not_there_is_said_so() => AssertSameProblemsAsync("[filter.w]\nplugin = \"Wreker\"\nISOLATION\n", "w");

    [Fact]
    public Task A_service_that_is_missing_is_said_so() => AssertSameProblemsAsync("[filter.w]\nplugin = \"DkimVerify\"\nISOLATION\n", "w");

    [Fact]
    public Task A_service_in_the_place_of_a_filter_is_said_so() => AssertSameProblemsAsync("[filter.w]\nplugin = \"DnsResolver\"\nISOLATION\n", "w");

    [Fact]
    public Task A_need_that_no_filter_before_meets_is_said_so() =>
        AssertSameProblemsAsync("[filter.w]\nplugin = \"Witness\"\nneeds = [\"spf\"]\nISOLATION\n[filter.v]\nplugin = \"Wrecker\"\ndeed = \"none\"\n", "v", "w");

    [Fact]
    public async Task What_is_wrong_with_a_service_of_a_worker_is_said_once()
    {
        var problems = await ProblemsAsync("[filter.w]\nplugin = \"DkimVerify\"\nisolation = \"process\"\n[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"missing\"\n", "w");
        Assert.Single(problems, problem => problem.Contains("service.dns", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_milter_is_another_process_already() =>
        Assert.Contains("another process already", Assert.Single(await ProblemsAsync("[filter.w]\nplugin = \"Milter\"\nsocket = \"unix:s\"\nisolation = \"process\"\n", "w")), StringComparison.Ordinal);

    [Fact]
    public async Task Isolation_is_a_key_of_filters_alone() =>
        Assert.Contains(await ProblemsAsync("[filter.w]\nplugin = \"Wrecker\"\ndeed = \"none\"\n[service.dns]\nplugin = \"DnsResolver\"\nisolation = \"process\"\n", "w"), problem => problem.Contains("only a filter has this key", StringComparison.Ordinal));

    [Fact]
    public async Task The_pipeline_asks_the_MTA_for_the_same()
    {
        var inHost = await NegotiationAsync("");
        Assert.Equal(inHost, await NegotiationAsync("isolation = \"process\""));
    }

    private static async Task<string> NegotiationAsync(string isolation)
    {
        await using var host = await IsolationHost.BuildAsync($"[filter.w]\nplugin = \"Wrecker\"\ndeed = \"none\"\n{isolation}\n", "w");
        var wanted = PipelineNegotiation.For(host.Generation.Listeners[0].Pipeline);
        return $"{wanted.Actions} {wanted.Steps} {PipelineNegotiation.NeededActions(host.Generation.Listeners[0].Pipeline)}";
    }

    private static async Task AssertSameProblemsAsync(string tables, params string[] filters)
    {
        var inHost = await ProblemsAsync(tables.Replace("ISOLATION", "on_error = \"tempfail\"", StringComparison.Ordinal), filters);
        var inWorker = await ProblemsAsync(tables.Replace("ISOLATION", "isolation = \"process\"", StringComparison.Ordinal), filters);
        Assert.NotEmpty(inHost);
        Assert.Equal(inHost, inWorker);
    }

    // Each folder has a name of its own.
    private static async Task<List<string>> ProblemsAsync(string tables, params string[] filters)
    {
        await using var host = await IsolationHost.BuildAsync(tables, filters);
        Assert.False(host.IsBuilt);
        return [.. host.Problems.Ordered().Select(problem => problem.ToString().Replace(host.Folder, "", StringComparison.Ordinal))];
    }
}
