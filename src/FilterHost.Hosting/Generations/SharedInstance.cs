using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Generations;

/// <summary>An instance that generations share for as long as nothing about it changes. It is started once, and stopped when the last of them has gone.</summary>
internal sealed class SharedInstance(PluginInstance instance, FilterGuard guard, InstanceOrigin? origin, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    // Longer than any plugin should need, shorter than a service manager waits before it kills.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _periodic = [];
    private bool _isStarted;
    private int _users = 1;

    public PluginInstance Instance => instance;

    /// <summary>How its filters have fared, in all generations and listeners together.</summary>
    public FilterGuard Guard => guard;

    /// <summary>What it was made of; null for one that was made without settings.</summary>
    public InstanceOrigin? Origin => origin;

    /// <summary>The instances whose services it uses.</summary>
    public IReadOnlySet<SharedInstance> Providers { get; set; } = new HashSet<SharedInstance>();

    /// <summary>True until it is started.</summary>
    public bool IsNew => !_isStarted;

    /// <summary>One more generation has it. The caller must hold it already.</summary>
    public SharedInstance Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Starts the instance and its periodic work, if it is new.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_isStarted)
            return;
        _isStarted = true;
        foreach (var lifetime in instance.Lifetimes)
        {
            await lifetime.StartAsync(cancellationToken).ConfigureAwait(false);
            // It came back when the instance had been given up.
            if (_stop.IsCancellationRequested)
                return;
            if (lifetime.Period is { } period)
                _periodic.Add(RepeatAsync(lifetime, period));
        }
    }

    /// <summary>Gives a share back; with the last the instance is stopped and its code given back. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await WithinLimitAsync("periodic work of", () => Task.WhenAll(_periodic)).ConfigureAwait(false);
        await WithinLimitAsync("", StopAsync).ConfigureAwait(false);
        _stop.Dispose();
        if (guard.Faults > 0)
            logger.LogWarning("filter {Filter} (plugin {Plugin}) had {Faults} faults since it was made: {Kinds}", instance.Name, instance.Plugin, guard.Faults, guard.DescribeFaults());
        origin?.Code?.Release();
    }

    private async Task StopAsync()
    {
        foreach (var lifetime in instance.IsBuilt ? instance.Lifetimes : [])
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
            logger.LogError("{What}{Instance} does not stop and is left behind", Prefix(what), instance.Name);
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "{What}{Instance} failed while it was stopped", Prefix(what), instance.Name);
        }
    }

    private static string Prefix(string what) => what.Length == 0 ? "" : $"{what} ";

    private async Task RepeatAsync(IPluginLifetime lifetime, TimeSpan period)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false) && !instance.IsSuspended)
                await RunOnceAsync(lifetime).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The instance is stopped.
        }
    }

    private async Task RunOnceAsync(IPluginLifetime lifetime)
    {
        try
        {
            await lifetime.RunPeriodicallyAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            logger.LogError(exception, "{Instance} failed in its periodic work", instance.Name);
        }
    }
}
