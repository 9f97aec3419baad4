using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Hosting.Tests.Generations;

/// <summary>What plugins do when they are stopped, and that the host ends whatever they do.</summary>
public sealed class GenerationStopTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_plugin_that_blocks_while_it_is_stopped_is_left_behind()
    {
        using var release = new ManualResetEventSlim();
        var isStopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var other = new Stop(() => Task.CompletedTask);
        var blocking = new Stop(() =>
        {
            isStopping.SetResult();
            release.Wait(TestContext.Current.CancellationToken);
            return Task.CompletedTask;
        });
        var ending = new Generation([InstanceOf("other", other), InstanceOf("blocking", blocking)], [], _time).DisposeAsync().AsTask();
        await isStopping.Task.WaitAsync(TestContext.Current.CancellationToken);
        while (!ending.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        await ending;
        release.Set();
        Assert.Equal(1, other.Count);
    }

    [Fact]
    public async Task A_plugin_that_throws_while_it_is_stopped_keeps_no_other_from_being_stopped()
    {
        var other = new Stop(() => Task.CompletedTask);
        var throwing = new Stop(() => throw new InvalidOperationException("a bug"));
        await new Generation([InstanceOf("other", other), InstanceOf("throwing", throwing)], [], _time).DisposeAsync();
        Assert.Equal((1, 1), (throwing.Count, other.Count));
    }

    private SharedInstance InstanceOf(string name, Stop stop)
    {
        var instance = PluginInstance.Configure(name, "Stopping", new StoppingPlugin(), stop, Path.GetTempPath(), NullLoggerFactory.Instance, _time);
        instance.Build(_ => throw new InvalidOperationException("no services here"));
        return new SharedInstance(instance, new FilterGuard(instance, OnError.Tempfail, null), null, NullLogger.Instance, _time);
    }

    private sealed class Stop(Func<Task> action)
    {
        public int Count { get; private set; }

        public Task RunAsync()
        {
            Count++;
            return action();
        }
    }

    private sealed class StoppingLifetime(Stop stop) : IPluginLifetime
    {
        public async ValueTask StopAsync(CancellationToken cancellationToken) => await stop.RunAsync();
    }

    private sealed class StoppingPlugin : FilterPlugin<Stop>
    {
        public override void Configure(IPluginBuilder builder, Stop settings) => builder.AddLifetime<StoppingLifetime>();
    }
}
