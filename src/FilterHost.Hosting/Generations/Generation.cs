using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Generations;

/// <summary>An immutable graph of plugin instances and of the pipelines that use them.</summary>
internal sealed class Generation(IReadOnlyList<PluginInstance> instances, IReadOnlyList<ListenerPlan> listeners, IReadOnlyList<PluginCode> code, ILogger logger, TimeProvider time)
    : IAsyncDisposable
{
    // Longer than any plugin should need, shorter than a service manager waits before it kills.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _periodic = [];

    /// <summary>Instances; one that another uses comes before it.</summary>
    public IReadOnlyList<PluginInstance> Instances => instances;

    public IReadOnlyList<ListenerPlan> Listeners => listeners;

    /// <summary>Starts every instance and its periodic work.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in instances)
        {
            foreach (var lifetime in instance.Lifetimes)
            {
                await lifetime.StartAsync(cancellationToken).ConfigureAwait(false);
                if (lifetime.Period is { } period)
                    _periodic.Add(RepeatAsync(instance.Name, lifetime, period));
            }
        }
    }

    /// <summary>Runs the code of every instance and pipeline once, so that the first message does not wait for the compiler.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (var lifetime in instances.SelectMany(instance => instance.Lifetimes))
            await lifetime.WarmUpAsync(cancellationToken).ConfigureAwait(false);
        foreach (var listener in listeners)
            await SyntheticMessage.RunAsync(listener, time).ConfigureAwait(false);
    }

    /// <summary>Suspends every instance of a plugin, whose own thread threw.</summary>
    public void Suspend(string plugin)
    {
        foreach (var instance in instances.Where(instance => instance.Plugin == plugin))
            instance.Suspend();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await WithinLimitAsync("periodic work", () => Task.WhenAll(_periodic)).ConfigureAwait(false);
        // Users before providers.
        foreach (var instance in instances.Reverse())
            await WithinLimitAsync(instance.Name, () => StopAsync(instance)).ConfigureAwait(false);
        foreach (var loaded in code)
            loaded.Release();
        _stop.Dispose();
    }

    private static async Task StopAsync(PluginInstance instance)
    {
        foreach (var lifetime in instance.Lifetimes)
            await lifetime.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await instance.DisposeAsync().ConfigureAwait(false);
    }

    // On another thread, since a plugin may block the one that it is stopped on: the host ends all the same.
    private async Task WithinLimitAsync(string what, Func<Task> stop)
    {
        try
        {
            await Task.Run(stop).WaitAsync(StopLimit, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logger.LogError("{What} does not stop and is left behind", what);
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "{What} failed while it was stopped", what);
        }
    }

    private async Task RepeatAsync(string name, IPluginLifetime lifetime, TimeSpan period)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
                await RunOnceAsync(name, lifetime).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The generation ends.
        }
    }

    private async Task RunOnceAsync(string name, IPluginLifetime lifetime)
    {
        try
        {
            await lifetime.RunPeriodicallyAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            logger.LogError(exception, "{Instance} failed in its periodic work", name);
        }
    }
}
