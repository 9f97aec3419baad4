using FilterHost.Dns;

namespace FilterHost.Plugins.Tests;

public sealed class ZoneFileResolverTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_is_asked_and_nothing_else()
    {
        await using var plugins = await BuildAsync("a.example. TXT x\n"u8);
        Assert.Equal(DnsOutcome.Records, (await AskAsync(plugins, "a.example")).Outcome);
        Assert.Equal(DnsOutcome.NxDomain, (await AskAsync(plugins, "localhost")).Outcome);
    }

    [Fact]
    public async Task A_name_can_be_made_to_fail()
    {
        await using var plugins = await BuildAsync("a.example. FAIL SERVFAIL\nb.example. FAIL TIMEOUT\n"u8);
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(plugins, "a.example")).Outcome);
        Assert.Equal(DnsOutcome.Timeout, (await AskAsync(plugins, "b.example")).Outcome);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_name()
    {
        await using var plugins = await BuildAsync("\uFEFFa.example. TXT x\n"u8);
        Assert.Equal(DnsOutcome.Records, (await AskAsync(plugins, "a.example")).Outcome);
    }

    [Fact]
    public async Task A_mistake_in_the_file_is_said_with_file_and_line()
    {
        await using var plugins = await BuildAsync("a.example. TXT x\na.example. MX x y\n"u8);
        Assert.Contains($"{plugins.Folder}/zone, line 2: MX needs a preference", Problem(plugins), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_UTF_8_is_said()
    {
        await using var plugins = await BuildAsync([.. "a.example. TXT "u8, 0xFC]);
        Assert.Contains($"{plugins.Folder}/zone is not UTF-8; write other octets as \\DDD", Problem(plugins), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said()
    {
        await using var plugins = await new LoadedPlugins().BuildAsync("[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"absent\"\n");
        Assert.Contains($"{plugins.Folder}/absent", Problem(plugins), StringComparison.Ordinal);
    }

    private static string Problem(LoadedPlugins plugins)
    {
        Assert.Null(plugins.Generation);
        return Assert.Single(plugins.Problems.Ordered()).Text;
    }

    private static async Task<DnsAnswer> AskAsync(LoadedPlugins plugins, string name) =>
        await plugins.Service<IDnsResolver>().ResolveAsync(DomainName.Parse(name), DnsRecordType.Txt, Cancel);

    private static Task<LoadedPlugins> BuildAsync(ReadOnlySpan<byte> zone)
    {
        var plugins = new LoadedPlugins();
        File.WriteAllBytes(plugins.Write("zone", ""), zone);
        return plugins.BuildAsync("[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n");
    }
}
