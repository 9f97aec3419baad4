using System.IO.Compression;
using System.Xml.Linq;
using FilterHost.Tests;

[assembly: AssemblyFixture(typeof(FilterHost.Packages.Tests.PackageFeed))]

namespace FilterHost.Packages.Tests;

/// <summary>All packages of the build, in a folder that is a feed, and beside it a place to work in that shares nothing with this machine's caches.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhpack");

    internal string Feed => Path.Combine(_folder.FullName, "feed");

    public async ValueTask InitializeAsync()
    {
        var sdk = await SdkForAsync("packer");
        // The build has built everything; the tests are never built in another configuration.
        await sdk.RunAsync(ConformanceData.RepositoryRoot, "pack", "FilterHost.sln", "--no-build", "-c", "Debug", "-o", Feed, "-v", "q", "--nologo");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The SDK as a new user has it.</summary>
    internal async Task<Sdk> SdkForAsync(string user)
    {
        var sdk = new Sdk(_folder.FullName, user);
        await sdk.PrepareAsync(Feed);
        return sdk;
    }

    /// <summary>An empty folder to work in.</summary>
    internal string NewFolder() => _folder.CreateSubdirectory(Path.Combine("work", Path.GetRandomFileName())).FullName;

    internal IReadOnlyList<string> Packages(string extension = ".nupkg") =>
        [.. Directory.GetFiles(Feed, "*" + extension).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    internal ZipArchive Open(string id, string extension = ".nupkg") => ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Feed, $"{id}.?.?.?{extension}")));

    internal IReadOnlyList<string> FilesOf(string id, string extension = ".nupkg")
    {
        using var package = Open(id, extension);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    internal XElement MetadataOf(string id)
    {
        using var package = Open(id);
        using var stream = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }
}
