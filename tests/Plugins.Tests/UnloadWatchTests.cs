using System.Runtime.CompilerServices;
using FilterHost.Hosting.Plugins;
using FilterHost.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Plugins.Tests;

public sealed class UnloadWatchTests : IDisposable
{
    private readonly PluginPlace _place = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("AppDomain.CurrentDomain.ProcessExit += (_, _) => builder.ToString();")]
    [InlineData("System.Runtime.InteropServices.GCHandle.Alloc(new P());")]
    [InlineData("new Thread(() => Thread.Sleep(-1)) { IsBackground = true }.Start();")]
    public async Task A_plugin_that_leaves_something_behind_is_named(string leak)
    {
        UseAndRelease("Leaks", leak);
        await PassAsync(() => !_place.Log.IsEmpty);
        Assert.StartsWith("Warning: plugin Leaks was unloaded, but its code is still in memory after 30 s", Assert.Single(_place.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_leaves_nothing_is_not()
    {
        var context = UseAndRelease("Clean", "");
        // No look of the watch comes before the runtime has let go.
        await Collection.AwaitAsync(context);
        Assert.False(context.IsAlive);
        var passed = 0;
        await PassAsync(() => ++passed > 60);
        Assert.Empty(_place.Log);
    }

    [Fact]
    public async Task The_watch_ends_with_the_first_look_that_finds_it_gone()
    {
        var watch = new UnloadWatch(_place, _clock).IsCollectedAsync("Gone", new WeakReference(null));
        Assert.False(watch.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await watch.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference UseAndRelease(string name, string configure)
    {
        var folder = _place.Write(name, PluginPlace.Plugin(configure));
        var code = PluginPlace.Load(_place.Catalog(_clock), folder);
        PluginInstance.Configure("x", name, code.CreatePlugin(), Activator.CreateInstance(code.SettingsType)!, _place.Folder, NullLoggerFactory.Instance, _clock);
        code.Release();
        return code.Context;
    }

    // The watch looks on a thread of the pool; the clock goes on a second at a time so that no look is missed.
    private async Task PassAsync(Func<bool> until)
    {
        while (!until())
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
