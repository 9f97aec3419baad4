using System.Text.RegularExpressions;

namespace FilterHost.Tests;

/// <summary>What the README shows is what the program takes.</summary>
public sealed partial class ReadmeTests
{
    private const string Services = """
        [service.dns]
        plugin = "DnsResolver"
        [service.keys]
        plugin = "FileKeyStore"
        directory = "keys"
        [filter.sign]
        plugin = "DkimSign"

        """;

    // The blocks in the order of the text; the later ones go on where the first has its filters.
    [Theory]
    [InlineData(0, "spf, dkim, dmarc, sign")]
    [InlineData(1, "spf, dkim, sign", "dmarc")]
    [InlineData(2, "spf, opendkim, dmarc")]
    public async Task Each_of_the_three_chains_has_the_order_that_it_shows(int block, params string[] listeners)
    {
        var blocks = TomlOf("## Three chains");
        Assert.Equal(3, blocks.Length);
        using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var tables = block == 0 ? blocks[0] : blocks[0][..blocks[0].IndexOf("[[listener]]", StringComparison.Ordinal)] + blocks[block];
        place.With(Services + tables.Replace("/run/filterhost/", $"{place.Folder}/", StringComparison.Ordinal));
        using var json = (await place.RunAsync("check", "--no-dns", "--json", "--mta-user", "root")).Expect(0).ReadJson();
        Assert.Equal(listeners, json.RootElement.GetProperty("listeners").EnumerateArray()
            .Select(listener => string.Join(", ", listener.GetProperty("filters").EnumerateArray().Where(filter => filter.GetProperty("kind").GetString() == "message").Select(filter => filter.GetProperty("name").GetString()))));
    }

    [Fact]
    public async Task A_filter_before_the_one_that_it_needs_is_refused_naming_both()
    {
        using var place = new Workplace();
        place.With($"{Services}[filter.spf]\nplugin = \"Spf\"\n[filter.dmarc]\nplugin = \"Dmarc\"\nidentifiers = [\"spf\"]\n[[listener]]\nsocket = \"unix:s\"\nfilters = [\"dmarc\", \"spf\"]\n");
        (await place.RunAsync("check", "--no-dns")).Expect(78)
            .HasProblem("listener[0].filters", "filter dmarc needs the results of spf, and no filter before it publishes them; put spf, which publishes it, before dmarc");
    }

    private static string[] TomlOf(string heading)
    {
        var text = File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, "README.md"));
        var section = text[text.IndexOf(heading, StringComparison.Ordinal)..];
        return [.. Block().Matches(section).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("^```toml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
