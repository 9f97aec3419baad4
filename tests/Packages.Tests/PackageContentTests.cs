using System.Reflection.PortableExecutable;

namespace FilterHost.Packages.Tests;

/// <summary>What <c>dotnet pack</c> makes of the solution.</summary>
public sealed class PackageContentTests(PackageFeed feed)
{
    private static readonly string[] Libraries = ["FilterHost.Abstractions", "FilterHost.Hosting", "FilterHost.MailAuth", "FilterHost.Milter", "FilterHost.Testing"];

    public static TheoryData<string> AllLibraries => [.. Libraries];

    [Fact]
    public void Only_what_authors_need_is_packed() =>
        Assert.Equal(["FilterHost", .. Libraries.Append("FilterHost.Templates").Order(StringComparer.Ordinal)], feed.Packages().Select(file => string.Join('.', file.Split('.').TakeWhile(part => !char.IsDigit(part[0])))));

    [Theory]
    [MemberData(nameof(AllLibraries))]
    public void A_library_has_a_page_documentation_and_symbols(string id)
    {
        var files = feed.FilesOf(id);
        Assert.Contains("README.md", files);
        Assert.Contains($"lib/net10.0/{id}.dll", files);
        Assert.Contains($"lib/net10.0/{id}.xml", files);
        Assert.Contains($"lib/net10.0/{id}.pdb", feed.FilesOf(id, ".snupkg"));
        Assert.Equal("MIT", feed.MetadataOf(id).Elements().Single(element => element.Name.LocalName == "license").Value);
    }

    [Theory]
    [InlineData("FilterHost.Hosting")]
    [InlineData("FilterHost.Milter")]
    public void What_comes_with_the_test_kit_says_that_it_promises_nothing(string id) =>
        Assert.Contains("No API promise", feed.MetadataOf(id).Elements().Single(element => element.Name.LocalName == "description").Value, StringComparison.Ordinal);

    [Fact]
    public void The_contract_asks_for_the_two_shared_abstractions_alone() =>
        Assert.Equal(["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"],
            feed.MetadataOf("FilterHost.Abstractions").Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value));

    [Fact]
    public void The_contract_brings_its_analyzers_and_their_page()
    {
        var files = feed.FilesOf("FilterHost.Abstractions");
        Assert.Contains("analyzers/dotnet/cs/FilterHost.Analyzers.dll", files);
        Assert.Contains("analyzers/README.md", files);
        Assert.DoesNotContain("FilterHost.Analyzers", feed.MetadataOf("FilterHost.Abstractions").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_tool_has_every_first_party_plugin_in_its_folder()
    {
        var folders = feed.FilesOf("FilterHost").Where(path => path.Contains("/plugins/", StringComparison.Ordinal)).Select(path => path.Split('/')[^2]).Distinct();
        var projects = Directory.GetDirectories(Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "plugins")).Select(path => Path.GetFileName(path)!);
        Assert.Equal(projects.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    // A path of the machine that built it would make each build another package, and tell its folders.
    [Theory]
    [MemberData(nameof(AllLibraries))]
    public void An_assembly_does_not_know_where_it_was_built(string id)
    {
        using var package = feed.Open(id);
        using var content = new MemoryStream();
        using (var entry = package.GetEntry($"lib/net10.0/{id}.dll")!.Open())
            entry.CopyTo(content);
        using var image = new PEReader(new MemoryStream(content.ToArray()));
        Assert.Contains(image.ReadDebugDirectory(), entry => entry.Type is DebugDirectoryEntryType.Reproducible);
        var symbols = image.ReadCodeViewDebugDirectoryData(image.ReadDebugDirectory().Single(entry => entry.Type is DebugDirectoryEntryType.CodeView)).Path;
        Assert.StartsWith("/_/", symbols, StringComparison.Ordinal);
    }
}
