namespace FilterHost.Plugins.Tests;

/// <summary>A listener that observes, among others.</summary>
public sealed class ObservedListenerTests : IAsyncDisposable
{
    private readonly LoadedPlugins _plugins = new();

    public ValueTask DisposeAsync() => _plugins.DisposeAsync();

    [Theory]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task What_it_finds_is_nothing_that_a_filter_of_a_later_listener_may_need(string observe, bool isRefused)
    {
        _plugins.Write("zone", "\n");
        await _plugins.BuildAsync(
            """
            [service.zone]
            plugin = "ZoneFileResolver"
            file = "zone"
            [filter.spf]
            plugin = "Spf"
            [filter.verify]
            plugin = "DkimVerify"
            [filter.dmarc]
            plugin = "Dmarc"
            """,
            $"""
            [[listener]]
            socket = "unix:first"
            filters = ["spf", "verify"]
            observe = {observe}
            [[listener]]
            socket = "unix:second"
            filters = ["dmarc"]
            """);
        Assert.Equal(isRefused, _plugins.Problems.Ordered().Any(problem => problem.Severity == ProblemSeverity.Error));
        Assert.True(!isRefused || _plugins.Problems.ToString().Contains("dmarc", StringComparison.Ordinal), _plugins.Problems.ToString());
    }
}
