using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Hosting.Server;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting;

/// <summary>The running host: a generation, its listeners, and the threads that look after them.</summary>
internal static class MailFilterHost
{
    // Plugins that block take threads of the pool; the host must still find one for everybody else.
    private const int SpareThreads = 64;

    /// <summary>Starts the generation, listens, and serves until the token is cancelled.</summary>
    public static async Task<HostOutcome> RunAsync(LoadedSettings settings, Generation generation, ILoggerFactory loggers, CancellationToken stop)
    {
        var logger = loggers.CreateLogger("FilterHost");
        ThreadPool.GetMinThreads(out _, out var completionThreads);
        ThreadPool.SetMinThreads(Environment.ProcessorCount + SpareThreads, completionThreads);
        LastChance.Install((plugin, exception) =>
        {
            generation.Suspend(plugin);
            logger.LogError(exception, "a thread of plugin {Plugin} threw; the plugin is suspended, mail that needs it gets its filter's on_error", plugin);
        });
        if (!await StartAsync(settings, generation, logger, stop).ConfigureAwait(false))
            return HostOutcome.CannotStart;
        using var watchdog = new Watchdog();
        var listeners = new List<MilterListener>();
        try
        {
            foreach (var plan in generation.Listeners)
                listeners.Add(await BindAsync(plan, settings.Host, watchdog, loggers, stop).ConfigureAwait(false));
            Serve(generation, listeners, logger);
            await UntilAsync(stop).ConfigureAwait(false);
            logger.LogInformation("stopping");
            return HostOutcome.Stopped;
        }
        catch (ListenException exception)
        {
            logger.LogCritical("{Problem}", exception.Message);
            return exception.IsAddressInUse ? HostOutcome.AddressInUse : HostOutcome.CannotListen;
        }
        finally
        {
            await Task.WhenAll(listeners.Select(listener => listener.StopAsync())).ConfigureAwait(false);
        }
    }

    private static async Task<bool> StartAsync(LoadedSettings settings, Generation generation, ILogger logger, CancellationToken stop)
    {
        try
        {
            await generation.StartAsync(stop).ConfigureAwait(false);
            if (settings.Host.WarmUp)
                await generation.WarmUpAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogCritical(exception, "a plugin failed to start");
            return false;
        }
    }

    private static Task<MilterListener> BindAsync(ListenerPlan plan, HostSettings host, Watchdog watchdog, ILoggerFactory loggers, CancellationToken stop)
    {
        var settings = plan.Listener.Settings;
        var address = plan.Listener.Address ?? throw new ListenException($"'{settings.Socket}' is no socket");
        if (!ListenerSettings.TryParseMode(settings.Mode, out var mode))
            throw new ListenException($"{settings.Mode} is no file mode");
        var options = new MilterListenerOptions
        {
            Address = address,
            Mode = mode.Value,
            Owner = settings.Owner,
            Group = settings.Group,
            Allow = settings.Allow,
            MaximumConnections = settings.MaximumConnections,
            StopDeadline = host.StopDeadline,
            Session = new MilterSessionOptions { MaximumFrame = (int)settings.MaximumFrame.Octets, IdleTimeout = settings.IdleTimeout },
        };
        var log = loggers.CreateLogger("FilterHost.Milter");
        return MilterListener.BindAsync(
            options,
            session => new MilterConversation(plan.Pipeline, plan.InternalNetworks, watchdog, log, TimeProvider.System, session),
            log,
            stop);
    }

    private static void Serve(Generation generation, List<MilterListener> listeners, ILogger logger)
    {
        foreach (var (listener, plan) in listeners.Zip(generation.Listeners))
        {
            listener.Start();
            logger.LogInformation("listening on {Socket}: {Filters}", plan.Listener.Socket,
                plan.Listener.Settings.Filters.Count == 0 ? "no filters" : string.Join(", ", plan.Listener.Settings.Filters));
        }
    }

    private static async Task UntilAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
    }
}
