using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FilterHost.Hosting.Plugins;
using FilterHost.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

public sealed class PluginLoadingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhld");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_plugin_that_is_not_there_is_refused_with_those_that_are()
    {
        Assert.Null(Catalog().Load("NoSuchPlugin", "/", out var problem));
        Assert.Contains("DkimSign", problem, StringComparison.Ordinal);
        Assert.Null(Catalog().Load("./no/folder", _folder.FullName, out problem));
        Assert.Contains($"{_folder.FullName}/no/folder", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_first_party_plugin_loads()
    {
        var catalog = Catalog();
        foreach (var name in new[] { "DkimSign", "DkimVerify", "Spf", "Dmarc", "DnsResolver", "ZoneFileResolver", "FileKeyStore", "TableKeyStore", "SqlKeyStore" })
        {
            var code = catalog.Load(name, "/", out var problem);
            Assert.True(code is not null, problem);
            code.Release();
        }
    }

    [Fact]
    public void Code_that_says_that_it_cannot_be_unloaded_is_loaded_once_for_good()
    {
        var catalog = Catalog();
        var code = catalog.Load("SqlKeyStore", "/", out _)!;
        Assert.True(code.IsPermanent);
        Assert.False(((AssemblyLoadContext)code.Context.Target!).IsCollectible);
        code.Release();
        Assert.Same(code, catalog.Load("SqlKeyStore", "/", out _));
        var other = catalog.Load("FileKeyStore", "/", out _)!;
        Assert.False(other.IsPermanent);
        Assert.True(((AssemblyLoadContext)other.Context.Target!).IsCollectible);
        other.Release();
        Assert.NotSame(other, catalog.Load("FileKeyStore", "/", out _));
    }

    [Theory]
    [InlineData("DkimSign")]
    [InlineData("DkimVerify")]
    [InlineData("Spf")]
    [InlineData("Dmarc")]
    [InlineData("DnsResolver")]
    [InlineData("ZoneFileResolver")]
    [InlineData("FileKeyStore")]
    [InlineData("TableKeyStore")]
    [InlineData("SqlKeyStore")]
    public void A_plugins_folder_holds_no_assembly_that_the_host_shares(string name) =>
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(LoadedPlugins.PluginFolder, name), "*.dll").Select(Path.GetFileNameWithoutExtension),
            file => ContractCheck.SharedAssemblies.Contains(file));

    [Fact]
    public void An_assembly_without_a_plugin_class_is_no_plugin()
    {
        var folder = _folder.CreateSubdirectory("DnsClient");
        File.Copy(Path.Combine(LoadedPlugins.PluginFolder, "DnsResolver/DnsClient.dll"), Path.Combine(folder.FullName, "DnsClient.dll"));
        Assert.Null(Catalog().Load(folder.FullName, "/", out var problem));
        Assert.StartsWith("plugin DnsClient is no plugin", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(3000)]
    public void A_damaged_assembly_is_refused_and_throws_nothing(int length)
    {
        var folder = Copy();
        var path = Path.Combine(folder, "HelloFilter.dll");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.Null(Catalog().Load(folder, "/", out var problem));
        Assert.Contains("HelloFilter", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Overwriting_the_folder_does_not_touch_the_loaded_code_and_the_next_load_is_the_new_one()
    {
        var folder = Copy();
        var catalog = Catalog();
        var first = catalog.Load(folder, "/", out _)!;
        File.WriteAllText(Path.Combine(folder, "readme.txt"), "another content");
        using (var file = new FileStream(Path.Combine(folder, "HelloFilter.dll"), FileMode.Open, FileAccess.Write))
            file.Write(new byte[file.Length]);
        Assert.Equal("HelloSettings", first.SettingsType.Name);
        Assert.Null(catalog.Load(folder, "/", out _));
        File.Copy(Path.Combine(Source, "HelloFilter.dll"), Path.Combine(folder, "HelloFilter.dll"), overwrite: true);
        var second = catalog.Load(folder, "/", out _)!;
        Assert.NotEqual(first.ContentHash, second.ContentHash);
        Assert.NotSame(first.SettingsType, second.SettingsType);
        first.Release();
        second.Release();
    }

    [Fact]
    public void The_same_content_is_loaded_once()
    {
        var catalog = Catalog();
        var folder = Copy();
        var first = catalog.Load(folder, "/", out _)!;
        var second = catalog.Load(folder, "/", out _)!;
        Assert.Same(first, second);
        first.Release();
        Assert.Equal("HelloSettings", second.SettingsType.Name);
        second.Release();
    }

    [Fact]
    public async Task A_released_plugin_is_unloaded()
    {
        var context = LoadAndRelease(Catalog(), Copy());
        await Collection.AwaitAsync(context);
        Assert.False(context.IsAlive);
    }

    private static string Source { get; } = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/examples/debug/HelloFilter");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndRelease(PluginCatalog catalog, string folder)
    {
        var code = catalog.Load(folder, "/", out _)!;
        code.CreatePlugin();
        code.Release();
        return code.Context;
    }

    private PluginCatalog Catalog() => new([new DirectoryInfo(LoadedPlugins.PluginFolder)], new DirectoryInfo(Path.Combine(_folder.FullName, "state")), NullLogger.Instance);

    private string Copy()
    {
        var target = _folder.CreateSubdirectory("HelloFilter").FullName;
        foreach (var file in Directory.GetFiles(Source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }
}
