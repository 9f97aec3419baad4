using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Isolation;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Generations;

/// <summary>Builds a generation from settings: loads plugins, binds their tables, connects services with their users, checks everything. All problems are found in one go.</summary>
/// <param name="settings">The settings.</param>
/// <param name="catalog">Finds and loads the plugins.</param>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="loggers">The log.</param>
/// <param name="time">The clock.</param>
/// <param name="previous">The generation that serves now: what has not changed is taken over from it. Its caller keeps it alive.</param>
internal sealed class GenerationBuilder(LoadedSettings settings, PluginCatalog catalog, ProblemList problems, ILoggerFactory loggers, TimeProvider time, Generation? previous = null)
{
    private readonly Dictionary<string, InstanceDraft> _drafts = new(StringComparer.Ordinal);
    private readonly Dictionary<IReadOnlyList<HostPattern>, HostList> _hosts = [];
    private readonly HostMemory _memory = previous?.Memory ?? new HostMemory(time);
    // Methods of the listeners so far: the settings have them in the order in which the MTA asks them.
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly ILogger _logger = loggers.CreateLogger("FilterHost");
    private PipelineLimits? _limits;

    /// <summary>In a worker, the one filter that it is for: of the rest only what that uses is built.</summary>
    public string? Only { get; init; }

    /// <summary>
    /// Builds and checks. Null where a problem is an error, found here or before; what was loaded is given back then. With errors as without, everything that can be checked is.
    /// </summary>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <param name="runsChecks">False leaves out what the plugins check themselves: files, keys.</param>
    public async Task<Generation?> BuildAsync(CancellationToken cancellationToken, bool runsChecks = true)
    {
        Generation? built = null;
        try
        {
            return built = await TryBuildAsync(runsChecks, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // An exception, such as the host's end, gives everything back as a problem does.
            foreach (var draft in built is null ? _drafts.Values.Reverse().Where(draft => draft.Shared is not null) : [])
                await draft.Shared!.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<Generation?> TryBuildAsync(bool runsChecks, CancellationToken cancellationToken)
    {
        foreach (var table in settings.Instances)
        {
            if (Only is null && table.Host.Isolation is IsolationKind.Process)
                await DraftIsolatedAsync(table, runsChecks, cancellationToken).ConfigureAwait(false);
            else
                await DraftAsync(table, cancellationToken).ConfigureAwait(false);
        }
        // Who misses the service of a table that is wrong itself needs no problem of its own.
        var ordered = await new ServiceGraph(_drafts, IsComplete ? problems : new ProblemList()).ConnectAsync(Only).ConfigureAwait(false);
        var listeners = settings.Listeners.Select(PlanOf).ToArray();
        if (runsChecks)
            await CheckAsync(ordered, cancellationToken).ConfigureAwait(false);
        return problems.HasErrors ? null : new Generation([.. ordered.Select(draft => draft.Shared!)], listeners, time, _memory);
    }

    private bool IsComplete => _drafts.Count == (settings.Root.Table("filter")?.Entries.Count ?? 0) + (settings.Root.Table("service")?.Entries.Count ?? 0);

    private async Task DraftAsync(InstanceSettings table, CancellationToken cancellationToken)
    {
        if (await LoadAsync(table, cancellationToken).ConfigureAwait(false) is not { } code)
            return;
        if (new SettingsBinder().Bind(code.SettingsType, table.Table, InstanceSettings.HostKeys, problems) is not { } bound)
        {
            code.Release();
            return;
        }
        var origin = new InstanceOrigin(table, code, bound);
        var kept = await KeptAsync(origin, cancellationToken).ConfigureAwait(false);
        var draft = new InstanceDraft(origin, kept, made => ConfigureAsync(made, code, cancellationToken));
        if (!await draft.MakeAsync().ConfigureAwait(false))
            return;
        CheckKind(table, draft.Instance);
        _drafts.Add(table.TableName, draft);
    }

    // Its worker reads for itself what its services name, so that nobody here knows whether that is still the same: it is renewed at each reload.
    private async Task DraftIsolatedAsync(InstanceSettings table, bool runsChecks, CancellationToken cancellationToken)
    {
        if (await IsolatedInstance.ConfigureAsync(table, settings, runsChecks, problems, loggers, time, cancellationToken).ConfigureAwait(false) is { } instance)
        {
            var draft = new InstanceDraft(new InstanceOrigin(table, null, new object()), null, origin => Task.FromResult<SharedInstance?>(Share(instance, origin)));
            await draft.MakeAsync().ConfigureAwait(false);
            _drafts.Add(table.TableName, draft);
        }
    }

    private async Task<PluginCode?> LoadAsync(InstanceSettings table, CancellationToken cancellationToken)
    {
        try
        {
            var (code, problem) = await PluginStep.RunAsync(() => Task.FromResult(Load(table)), time, cancellationToken, static late => late.Code?.Release()).ConfigureAwait(false);
            if (code is null)
                problems.Error(problem!, table.Table.Locate("plugin"));
            return code;
        }
        catch (TimeoutException exception)
        {
            problems.Error($"plugin {table.Plugin} cannot be loaded: {exception.Message}", table.Table.Locate("plugin"));
            return null;
        }
    }

    private (PluginCode? Code, string? Problem) Load(InstanceSettings table)
    {
        var code = catalog.Load(table.Plugin, SettingValueReader.FolderOf(table.Table.Location.File), out var problem);
        return (code, problem);
    }

    // A plugin that has been suspended gets a new beginning.
    private async Task<SharedInstance?> KeptAsync(InstanceOrigin origin, CancellationToken cancellationToken)
    {
        var before = previous?.Shared.FirstOrDefault(shared => shared.Origin?.Table.TableName == origin.Table.TableName);
        if (before is null || before.Instance.IsSuspended || before.Guard.IsSuspended || !before.Origin!.IsSame(origin) || await IsStaleAsync(before, cancellationToken).ConfigureAwait(false))
            return null;
        // The instance has its own use of the code.
        origin.Code!.Release();
        return before.Share();
    }

    private async Task<bool> IsStaleAsync(SharedInstance shared, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var lifetime in shared.Instance.Lifetimes)
            {
                if (await PluginStep.RunAsync(() => lifetime.IsStaleAsync(cancellationToken).AsTask(), time, cancellationToken).ConfigureAwait(false))
                    return true;
            }
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _logger.LogError(exception, "{Instance} cannot tell whether it is stale, and is renewed", shared.Instance.Name);
            return true;
        }
    }

    private async Task<SharedInstance?> ConfigureAsync(InstanceOrigin origin, PluginCode code, CancellationToken cancellationToken)
    {
        if (await ConfigureInstanceAsync(origin.Table, code, origin.Settings, cancellationToken).ConfigureAwait(false) is { } instance)
            return Share(instance, origin);
        code.Release();
        return null;
    }

    private SharedInstance Share(PluginInstance instance, InstanceOrigin origin) =>
        new(instance, new FilterGuard(instance, origin.Table.Host.OnError, origin.Table.Host.TimeLimit), origin, _logger, time);

    private async Task<PluginInstance?> ConfigureInstanceAsync(InstanceSettings table, PluginCode code, object bound, CancellationToken cancellationToken)
    {
        try
        {
            return await PluginStep.RunAsync(
                () => Task.FromResult(PluginInstance.Configure(
                    table.Name, code.Name, code.CreatePlugin(), bound, Path.Combine(settings.Host.StateDirectory.FullName, "data", table.TableName), loggers, time,
                    SettingValueReader.FolderOf(table.Table.Location.File))),
                time, cancellationToken).ConfigureAwait(false);
        }
        catch (SettingException exception)
        {
            problems.Error(exception.Message, table.Table.Locate(exception.Setting));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            problems.Error($"plugin {code.Name} failed to configure itself: {exception.Message}", table.Table.Locate("plugin"));
        }
        return null;
    }

    private void CheckKind(InstanceSettings table, PluginInstance instance)
    {
        var hasFilters = instance.Filters.Count + instance.ConnectionFilters.Count > 0;
        if (table.Kind is InstanceKind.Filter && !hasFilters)
            Refuse("has no filter: its table is [service.NAME]");
        else if (table.Kind is InstanceKind.Service && hasFilters)
            Refuse("is a filter: its table is [filter.NAME]");

        void Refuse(string what) =>
            problems.Error($"plugin {table.Plugin} {what}", table.Table.Locate("plugin"));
    }

    private ListenerPlan PlanOf(LocatedListener located)
    {
        var listener = located.Settings;
        var connectionMembers = new List<ConnectionMember>();
        var members = new List<PipelineMember>();
        var isComplete = true;
        foreach (var name in listener.Filters)
        {
            if (!_drafts.TryGetValue($"filter.{name}", out var draft) || draft.Shared is not { Instance: var instance, Guard: var guard })
            {
                isComplete = false;
                continue;
            }
            connectionMembers.AddRange(instance.ConnectionFilters.Select(filter => new ConnectionMember(instance, filter, guard)));
            members.AddRange(instance.Filters.Select(filter => new PipelineMember(instance, filter, guard)));
        }
        // The filter that is missing may be the one that another needs.
        foreach (var error in isComplete ? OrderCheck.Errors(members, method => listener.TrustResultsFrom.Count > 0 || _published.Contains(method)) : [])
            problems.Error(error, located.Table.Locate("filters"));
        // What an observer finds reaches no later listener.
        if (!listener.Observe)
            _published.UnionWith(members.SelectMany(member => member.Traits.Publishes));
        var results = new ResultsPolicy
        {
            AuthservId = listener.AuthservId ?? settings.Host.AuthservId,
            AlsoOurs = settings.Host.AlsoOurs,
            Cleans = listener.CleanResults,
            Position = listener.HeaderPosition,
            TrustedIds = listener.TrustResultsFrom,
            Reentry = listener.Reentry ?? settings.Host.Reentry,
            Ledger = _memory.Ledger,
        };
        var pipeline = new FilterPipeline(located.Socket, connectionMembers, members, Limits(), results, loggers.CreateLogger("FilterHost.Pipeline"), time)
        {
            Clients = ClientsOf(listener),
            IsObserved = listener.Observe,
        };
        return new ListenerPlan(located, pipeline);
    }

    private ClientPolicy ClientsOf(ListenerSettings listener) => new()
    {
        Internal = HostsOf(listener.Internal ?? settings.Host.Internal),
        Peers = HostsOf(listener.Peers ?? settings.Host.Peers),
        InternalDaemons = listener.InternalDaemons ?? settings.Host.InternalDaemons,
        InternalMacros = listener.InternalMacros ?? settings.Host.InternalMacros,
    };

    // Listeners share the host's lists, which may be long.
    private HostList HostsOf(IReadOnlyList<HostPattern> patterns) =>
        _hosts.TryGetValue(patterns, out var hosts) ? hosts : _hosts[patterns] = HostList.Of(patterns);

    private PipelineLimits Limits() => _limits ??= new PipelineLimits
    {
        CommandBudget = settings.Host.CommandBudget,
        EndOfMessageBudget = settings.Host.EndOfMessageBudget,
        ProgressInterval = settings.Host.ProgressInterval,
        MaximumHeaderSize = settings.Host.MaximumHeaderSize.Octets,
        MaximumHeaderFields = settings.Host.MaximumHeaderFields,
        DnsQuestions = settings.Host.DnsQuestions,
        BodyMemory = settings.Host.BodyMemory.Octets,
        BodyBudget = _memory.Bodies,
        TemporaryDirectory = settings.Host.TempDirectory.FullName,
    };

    // The lifetimes' constructors run here, too.
    private static async Task CheckAsync(PluginInstance instance, TableProblemReport report, CancellationToken cancellationToken)
    {
        foreach (var lifetime in instance.Lifetimes)
            await lifetime.CheckAsync(report, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckAsync(IReadOnlyList<InstanceDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts)
        {
            var table = draft.Origin.Table.Table;
            try
            {
                await PluginStep.RunAsync(() => CheckAsync(draft.Instance, new TableProblemReport(table, problems), cancellationToken), time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                problems.Error($"plugin {draft.Instance.Plugin} failed its check: {exception.Message}", table.Locate("plugin"));
            }
        }
    }
}
