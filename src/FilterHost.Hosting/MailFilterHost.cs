using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Hosting.Server;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting;

/// <summary>The running host: the generation that serves and those that end, the listeners, and the threads that look after them.</summary>
/// <param name="catalog">Finds and loads plugins.</param>
/// <param name="source">Where a reload gets its settings.</param>
/// <param name="supervisor">Hears how the host fares; null if nobody wants to.</param>
/// <param name="loggers">The log.</param>
internal sealed class MailFilterHost(PluginCatalog catalog, ISettingsSource source, ISupervisor? supervisor, ILoggerFactory loggers) : IDisposable
{
    // Plugins that block take threads of the pool; the host must still find one for everybody else.
    private const int SpareThreads = 64;

    private readonly ILogger _logger = loggers.CreateLogger("FilterHost");
    // Free between two reloads, and not before the host serves.
    private readonly SemaphoreSlim _oneReload = new(0);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    // The last one serves; those before have connections in hand, or end.
    private List<Generation> _generations = [];
    private LoadedSettings? _settings;
    private HostListeners? _listeners;

    /// <summary>Starts the generation and serves until the token is cancelled. Called once.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="generation">What they make.</param>
    /// <param name="sockets">The sockets of the settings' listeners, all of them.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<HostOutcome> RunAsync(LoadedSettings settings, Generation generation, ListenerSockets sockets, CancellationToken stop)
    {
        ThreadPool.GetMinThreads(out _, out var completionThreads);
        ThreadPool.SetMinThreads(Environment.ProcessorCount + SpareThreads, completionThreads);
        _generations = [generation];
        LastChance.Install(Suspend);
        if (sockets.Problems.Count > 0)
            return Refuse(sockets.Problems);
        if (!await StartAsync(settings, generation, stop).ConfigureAwait(false))
            return HostOutcome.CannotStart;
        using var watchdog = new Watchdog();
        var listeners = new HostListeners(watchdog, loggers);
        try
        {
            await using var control = await OpenControlAsync(settings.Host, stop).ConfigureAwait(false);
            generation.Memory.Bodies.Total = settings.Host.BodyMemoryTotal.Octets;
            listeners.Start(generation, sockets);
            (_settings, _listeners) = (settings, listeners);
            _oneReload.Release();
            supervisor?.Serving(StatusOf(generation), new HostPulse(watchdog, () => listeners.AreAccepting));
            await UntilAsync(stop).ConfigureAwait(false);
            _logger.LogInformation("stopping");
            supervisor?.Stopping(settings.Host.StopDeadline);
            // A reload under way ends before the listeners do.
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _oneReload.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            return HostOutcome.Stopped;
        }
        finally
        {
            await listeners.StopAsync().ConfigureAwait(false);
            foreach (var left in _generations)
                await left.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads the settings anew and goes on with what they make, or keeps what there is where anything is wrong with them. No connection is closed; a message in hand ends as it began. Reloads wait for each other.
    /// </summary>
    /// <param name="cancellationToken">Gives the reload up, if it has not come to the swap yet.</param>
    public async Task<ReloadReport> ReloadAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _oneReload.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            supervisor?.Reloading();
            // Plugins may block the thread that they are loaded on.
            var report = await Task.Run(() => TryReloadAsync(new ProblemList(), stop.Token), stop.Token).ConfigureAwait(false);
            Log(report);
            return report;
        }
        finally
        {
            supervisor?.Reloaded(StatusOf(_generations[^1]));
            _oneReload.Release();
        }
    }

    public void Dispose()
    {
        _oneReload.Dispose();
        _stopping.Dispose();
    }

    private async Task<ReloadReport> TryReloadAsync(ProblemList problems, CancellationToken stop)
    {
        try
        {
            return await ReloadOnceAsync(problems, stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _logger.LogError(exception, "the reload failed");
            problems.Error($"the reload failed: {exception.Message}");
            return Refused(problems);
        }
    }

    private async Task<ReloadReport> ReloadOnceAsync(ProblemList problems, CancellationToken stop)
    {
        var (before, listeners) = (_settings!, _listeners!);
        if (source.Read(problems) is not { } settings || problems.HasErrors)
            return Refused(problems);
        var fixedKeys = ReloadableSettings.Fix(before, ref settings);
        using var sockets = await OpenMissingAsync(settings, listeners, problems, stop).ConfigureAwait(false);
        var present = _generations[^1];
        if (await BuildAsync(settings, present, problems, stop).ConfigureAwait(false) is not { } next)
            return Refused(problems);
        List<string> changes = [.. GenerationChanges.Between(present, next), .. ReloadableSettings.Changes(before, settings), .. await listeners.ReplaceAsync(next, sockets, settings.Host).ConfigureAwait(false), .. fixedKeys];
        next.Memory.Bodies.Total = settings.Host.BodyMemoryTotal.Octets;
        _settings = settings;
        lock (_lock)
            _generations = [.. _generations.Where(generation => !generation.HasEnded), next];
        source.Apply(settings);
        present.Release();
        return new ReloadReport(true, changes, problems);
    }

    private static async Task<ListenerSockets> OpenMissingAsync(LoadedSettings settings, HostListeners listeners, ProblemList problems, CancellationToken stop)
    {
        // What the service manager opened was handed over at the start.
        var sockets = await ListenerSockets.OpenAsync(listeners.Missing(settings), settings.Host, static _ => null, user: null, stop).ConfigureAwait(false);
        foreach (var problem in sockets.Problems)
            problems.Error(problem.Message, problem.Location);
        return sockets;
    }

    private async Task<Generation?> BuildAsync(LoadedSettings settings, Generation present, ProblemList problems, CancellationToken stop)
    {
        catalog.Directories = settings.Host.PluginDirectories;
        if (await new GenerationBuilder(settings, catalog, problems, loggers, TimeProvider.System, present).BuildAsync(stop).ConfigureAwait(false) is not { } next)
            return null;
        try
        {
            var added = next.Shared.Where(shared => shared.IsNew).Select(shared => shared.Instance).ToHashSet();
            await next.StartAsync(stop).ConfigureAwait(false);
            if (settings.Host.WarmUp)
                await next.WarmUpAsync(added, stop).ConfigureAwait(false);
            return next;
        }
        catch (Exception exception)
        {
            await next.DisposeAsync().ConfigureAwait(false);
            if (exception is not PluginStartException failure)
                throw;
            problems.Error(failure.Message);
            return null;
        }
    }

    private static ReloadReport Refused(ProblemList problems) => new(false, [], problems);

    private void Log(ReloadReport report)
    {
        foreach (var problem in report.Problems.Ordered())
            _logger.Log(problem.Severity is ProblemSeverity.Error ? LogLevel.Error : LogLevel.Warning, "{Problem}", problem);
        if (!report.IsApplied)
            _logger.LogError("reload refused: the settings before stay in force");
        else if (report.Changes.Count == 0)
            _logger.LogInformation("reloaded: nothing has changed");
        else
            _logger.LogInformation("reloaded: {Changes}", string.Join("; ", report.Changes));
    }

    private void Suspend(string plugin, Exception exception)
    {
        var isNew = false;
        Generation[] all;
        lock (_lock)
            all = [.. _generations];
        foreach (var generation in all)
            isNew |= generation.Suspend(plugin);
        // Generations share instances.
        foreach (var shared in all.SelectMany(generation => generation.Shared).Where(shared => shared.Instance.Plugin == plugin).Distinct())
            shared.Guard.CountFault(FaultKind.Uncaught);
        // A timer goes on throwing.
        if (isNew)
            _logger.LogError(exception, "a thread of plugin {Plugin} threw; the plugin is suspended, mail that needs it gets its filter's on_error, until a reload or restart", plugin);
        else
            _logger.LogDebug(exception, "a thread of plugin {Plugin}, which is suspended, threw", plugin);
    }

    private HostOutcome Refuse(IReadOnlyList<ListenException> problems)
    {
        foreach (var problem in problems)
            _logger.LogCritical("{Problem}", problem.Message);
        // Where another problem stays, waiting for the address does not help.
        return problems.All(problem => problem.IsAddressInUse) ? HostOutcome.AddressInUse : HostOutcome.CannotListen;
    }

    private async Task<bool> StartAsync(LoadedSettings settings, Generation generation, CancellationToken stop)
    {
        try
        {
            await generation.StartAsync(stop).ConfigureAwait(false);
            if (settings.Host.WarmUp)
                await generation.WarmUpAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (PluginStartException exception)
        {
            _logger.LogCritical(exception.InnerException, "{Failure}", exception.Message);
            return false;
        }
    }

    private async Task<ControlSocket?> OpenControlAsync(HostSettings host, CancellationToken stop)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(host.ControlSocketPath)!);
            return await ControlSocket.OpenAsync(host.ControlSocketPath, AnswerAsync, _logger, stop).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ListenException or IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("no control socket, so that `filterhost reload` does not reach this host; SIGHUP does: {Problem}", exception.Message);
            return null;
        }
    }

    private async Task<string> AnswerAsync(string request, CancellationToken cancellationToken) =>
        request == "reload" ? (await ReloadAsync(cancellationToken).ConfigureAwait(false)).ToJson() : "";

    private static string StatusOf(Generation generation) => $"listening on {string.Join(", ", generation.Listeners.Select(plan => plan.Listener.Socket))}";

    private static async Task UntilAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
    }
}
