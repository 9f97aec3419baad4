using System.Text.RegularExpressions;
using FilterHost.Tests;

namespace FilterHost.EndToEnd.Tests;

/// <summary>faults.md and the tests of faults have the same faults.</summary>
public sealed partial class FaultsPageTests
{
    [Fact]
    public void Every_fault_of_the_page_is_one_of_the_faulty_plugins_and_is_tested_under_load()
    {
        var page = Read("src/FilterHost/faults.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Name().Matches(line.Split('|')[1])).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToArray();
        var plugin = Member().Matches(Read("tests/TestPlugins/Faulty/Fault.cs")).Select(match => SnakeCase(match.Groups[1].Value)).Where(name => name != "none").Order(StringComparer.Ordinal);
        Assert.Equal(plugin, page);
        var tests = Read("tests/EndToEnd.Tests/FaultsUnderLoadTests.cs");
        Assert.All(page, fault => Assert.Contains($"\"{fault}\"", tests, StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, path));

    private static string SnakeCase(string name) => Capital().Replace(name, match => (match.Index == 0 ? "" : "_") + match.Value.ToLowerInvariant());

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("^    ([A-Z][A-Za-z]+),", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
