using System.Net.Sockets;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Server;

/// <summary>The listeners of the running host, from one generation to the next. Not for several threads at once, but for <see cref="AreAccepting"/>.</summary>
internal sealed class HostListeners(Watchdog watchdog, ILoggerFactory loggers)
{
    private static readonly string[] OfSocketFile = ["mode", "owner", "group"];
    private static readonly string[] OfConnections = ["allow", "maximum_connections", "idle_timeout", "maximum_frame"];

    private readonly ILogger _logger = loggers.CreateLogger("FilterHost");
    private readonly ILogger _milterLogger = loggers.CreateLogger("FilterHost.Milter");
    // Their connections go on; they accept none.
    private readonly List<MilterListener> _leaving = [];
    private volatile IReadOnlyDictionary<string, Serving> _serving = new Dictionary<string, Serving>();

    /// <summary>True where every listener takes connections.</summary>
    public bool AreAccepting => _serving.Values.All(serving => serving.Listener.IsAccepting);

    /// <summary>Begins to accept, with the pipelines of a generation.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="sockets">The sockets of all its listeners.</param>
    public void Start(Generation generation, ListenerSockets sockets) =>
        _serving = generation.Listeners.ToDictionary(plan => plan.Listener.Socket, plan => Open(plan, generation, sockets));

    /// <summary>The listeners of settings for which there is no socket yet.</summary>
    public IEnumerable<LocatedListener> Missing(LoadedSettings settings) => settings.Listeners.Where(listener => !_serving.ContainsKey(listener.Socket));

    /// <summary>Goes on with the pipelines of the next generation. Connections that are there take them at their next message; no connection is closed.</summary>
    /// <param name="next">The generation.</param>
    /// <param name="sockets">The sockets that were missing.</param>
    /// <param name="host">The host's own settings.</param>
    /// <returns>What has changed, in words.</returns>
    public async Task<IReadOnlyList<string>> ReplaceAsync(Generation next, ListenerSockets sockets, HostSettings host)
    {
        var before = _serving;
        var serving = new Dictionary<string, Serving>();
        var changes = new List<string>();
        foreach (var plan in next.Listeners)
        {
            var socket = plan.Listener.Socket;
            if (before.TryGetValue(socket, out var present))
            {
                present.Source.Replace(plan.Pipeline, next);
                serving[socket] = await AdaptAsync(present, plan, host, changes).ConfigureAwait(false);
                continue;
            }
            serving[socket] = Open(plan, next, sockets);
            changes.Add($"listener {socket}: new");
        }
        _serving = serving;
        foreach (var (socket, gone) in before.Where(entry => !serving.ContainsKey(entry.Key)))
        {
            await gone.Listener.LeaveAsync().ConfigureAwait(false);
            _leaving.Add(gone.Listener);
            changes.Add($"listener {socket}: closed; the connections that are there go on with the settings before");
        }
        _leaving.RemoveAll(listener => listener.ConnectionCount == 0);
        return changes;
    }

    /// <summary>Stops all: idle connections end at once, messages in hand get the deadline.</summary>
    public Task StopAsync() => Task.WhenAll(_serving.Values.Select(serving => serving.Listener).Concat(_leaving).Select(listener => listener.StopAsync()));

    private Serving Open(ListenerPlan plan, Generation generation, ListenerSockets sockets)
    {
        var (opened, options) = sockets.Take(plan.Listener);
        var source = new PipelineSource(plan.Pipeline, generation);
        var serving = new Serving(plan.Listener, options, source, Listen(opened, options, source));
        serving.Listener.Start();
        _logger.LogInformation("listening on {Socket}{Observing}: {Filters}", plan.Listener.Socket, plan.Pipeline.IsObserved ? " and only observing" : "",
            plan.Listener.Settings.Filters.Count == 0 ? "no filters" : string.Join(", ", plan.Listener.Settings.Filters));
        return serving;
    }

    private MilterListener Listen(Socket[] sockets, MilterListenerOptions options, PipelineSource source) =>
        new(sockets, options, session => MilterConversation.Open(source, watchdog, _milterLogger, TimeProvider.System, session), _milterLogger);

    private async Task<Serving> AdaptAsync(Serving present, ListenerPlan plan, HostSettings host, List<string> changes)
    {
        var keys = new SettingsEquality(asksFiles: false).Differences(present.Located.Settings, plan.Listener.Settings).ToList();
        if (keys.Count > 0)
            changes.Add($"listener {plan.Listener.Socket}: {string.Join(", ", keys)} changed");
        if (keys.Intersect(OfSocketFile).ToArray() is { Length: > 0 } atStart)
            changes.Add($"listener {plan.Listener.Socket}: {string.Join(", ", atStart)}: takes effect at the next start");
        var options = present.Options.With(plan.Listener.Settings, host);
        if (options.StopDeadline == present.Options.StopDeadline && !keys.Intersect(OfConnections).Any())
            return present with { Located = plan.Listener };
        var successor = Listen(await present.Listener.HandOverAsync().ConfigureAwait(false), options, present.Source);
        successor.Start();
        _leaving.Add(present.Listener);
        return present with { Located = plan.Listener, Options = options, Listener = successor };
    }

    private sealed record Serving(LocatedListener Located, MilterListenerOptions Options, PipelineSource Source, MilterListener Listener);
}
