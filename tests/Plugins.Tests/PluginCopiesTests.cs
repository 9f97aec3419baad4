using FilterHost.Hosting.Plugins;

namespace FilterHost.Plugins.Tests;

/// <summary>Old copies of plugins do not stay for ever, and none is removed that a host uses.</summary>
public sealed class PluginCopiesTests : IDisposable
{
    private readonly PluginPlace _place = new();
    private readonly string _folder;

    public PluginCopiesTests() => _folder = _place.Write("Copied", PluginPlace.Plugin(""));

    public void Dispose() => _place.Dispose();

    [Fact]
    public void At_the_first_load_of_a_host_what_is_old_or_half_made_goes()
    {
        var old = Loaded();
        File.WriteAllText(Path.Combine(_folder, "changed"), "x");
        Directory.SetLastWriteTimeUtc(Path.Combine(Copies, old), DateTime.UnixEpoch);
        var last = Loaded();
        Directory.CreateDirectory(Path.Combine(Copies, last + ".4711.0f")).CreateSubdirectory("half");
        Directory.CreateDirectory(Path.Combine(Copies, old + ".4711.0e.broken"));
        Assert.Equal(4, Names().Length);
        File.WriteAllText(Path.Combine(_folder, "changed"), "y");
        var next = Loaded();
        // The one used last is kept, since that is the one that most starts want.
        Assert.Equal(new[] { last, next }.Order(StringComparer.Ordinal), Names());
    }

    [Fact]
    public void While_another_host_uses_a_copy_none_goes()
    {
        var copies = new PluginCopies(new DirectoryInfo(Path.Combine(_place.State.FullName, "plugins")), TimeProvider.System);
        using var other = copies.Hold();
        Loaded();
        File.WriteAllText(Path.Combine(_folder, "changed"), "x");
        Directory.CreateDirectory(Path.Combine(Copies, "half.made"));
        Loaded();
        Assert.Equal(3, Names().Length);
    }

    [Fact]
    public void A_loaded_plugin_holds_its_copy_until_it_is_released()
    {
        var code = _place.Load(_folder);
        Directory.CreateDirectory(Path.Combine(Copies, "half.made"));
        Loaded();
        Assert.Contains("half.made", Names());
        code.Release();
        Loaded();
        Assert.DoesNotContain("half.made", Names());
    }

    [Fact]
    public void A_plugin_that_does_not_load_holds_nothing()
    {
        var empty = _place.Write("Empty", "public class X { }");
        Assert.Contains("is no plugin", _place.ProblemOf(empty), StringComparison.Ordinal);
        Loaded();
        Directory.CreateDirectory(Path.Combine(Copies, "half.made"));
        Loaded();
        Assert.DoesNotContain("half.made", Names());
    }

    [Fact]
    public void A_shared_assembly_is_not_copied()
    {
        File.Copy(typeof(FilterPlugin).Assembly.Location, Path.Combine(_folder, "FilterHost.Abstractions.dll"));
        var hash = Loaded();
        Assert.True(File.Exists(Path.Combine(Copies, hash, "Copied.dll")));
        Assert.False(File.Exists(Path.Combine(Copies, hash, "FilterHost.Abstractions.dll")));
    }

    private string Copies => Path.Combine(_place.State.FullName, "plugins/Copied");

    private string[] Names() => [.. Directory.GetDirectories(Copies).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    // Loaded and released by a host of its own.
    private string Loaded()
    {
        var code = _place.Load(_folder);
        code.Release();
        return code.ContentHash;
    }
}
