namespace FilterHost.Tests;

public sealed class SettingsCommandTests
{
    private const string Page = "src/FilterHost/settings.md";

    [Fact]
    public async Task The_settings_page_is_what_the_code_says()
    {
        using var place = new Workplace();
        var page = (await place.RunBareAsync("settings", "--markdown")).Expect(0).Output;
        var stored = File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, Page));
        Assert.True(page == stored, $"{Page} is out of date; renew it with: artifacts/host/debug/filterhost settings --markdown > {Page}");
    }

    [Theory]
    [InlineData("DkimSign", "oversign")]
    [InlineData("DkimVerify", "on_fail")]
    [InlineData("Dmarc", "on_reject")]
    [InlineData("DnsResolver", "servers")]
    [InlineData("ZoneFileResolver", "file")]
    [InlineData("FileKeyStore", "directory")]
    [InlineData("TableKeyStore", "signing_table")]
    [InlineData("SqlKeyStore", "query_timeout")]
    [InlineData("Milter", "publishes")]
    public async Task The_settings_of_each_plugin_are_printed_and_stand_on_the_page(string plugin, string key)
    {
        using var place = new Workplace();
        var text = (await place.RunBareAsync("settings", plugin)).Expect(0).Output;
        Assert.StartsWith($"# Plugin {plugin}.", text, StringComparison.Ordinal);
        Assert.Contains($"{key} = ", text, StringComparison.Ordinal);
        Assert.Contains($"| `{key}` |", (await place.RunBareAsync("settings", plugin, "--markdown")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains($"\n## `plugin = \"{plugin}\"`\n", File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, Page)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_settings_are_printed_with_their_defaults()
    {
        using var place = new Workplace();
        var text = (await place.RunBareAsync("settings")).Expect(0).Output;
        Assert.Contains("\n#stop_deadline = \"10s\"\n", text, StringComparison.Ordinal);
        Assert.Contains("\n[[listener]]\n", text, StringComparison.Ordinal);
        Assert.Contains("\n#on_error = \"tempfail\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_said_with_the_nearest()
    {
        using var place = new Workplace();
        (await place.RunBareAsync("settings", "DkimSing")).Expect(64).HasProblem("did you mean 'DkimSign'?");
    }

    [Fact]
    public async Task The_version_names_program_contract_and_runtime()
    {
        using var place = new Workplace();
        Assert.Matches(@"^filterhost \d+\.\d+\.\d+\S*, plugin contract \d+\.\d+, \.NET 10\.\S+\n$", (await place.RunBareAsync("version")).Expect(0).Output);
    }

    [Fact]
    public async Task Plugins_are_listed_and_one_that_is_none_fails_the_command()
    {
        using var place = new Workplace().With("plugin_directories = [\"own\"]\n" + Samples.Nothing);
        place.Write("own/Broken/Broken.dll", "no code");
        Assert.StartsWith("Broken: plugin Broken ", (await place.RunAsync("plugins", "list")).Expect(78).Output, StringComparison.Ordinal);
        Assert.Contains("\nDkimVerify ", (await place.RunBareAsync("plugins", "list")).Expect(78).Output + "\n" + (await place.With(Samples.Nothing).RunAsync("plugins", "list")).Expect(0).Output, StringComparison.Ordinal);
    }
}
