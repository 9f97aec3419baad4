using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Generations;

/// <summary>Builds a generation from settings: loads plugins, binds their tables, connects services with their users, checks everything. All problems are found in one go.</summary>
internal sealed class GenerationBuilder(LoadedSettings settings, PluginCatalog catalog, ProblemList problems, ILoggerFactory loggers, TimeProvider time)
{
    private readonly Dictionary<string, (InstanceSettings Settings, PluginInstance Instance)> _instances = new(StringComparer.Ordinal);
    private readonly List<PluginCode> _code = [];
    private PipelineLimits? _limits;

    /// <summary>
    /// Builds and checks. Null where a problem is an error, found here or before; what was loaded is given back then. With errors as without, everything that can be checked is.
    /// </summary>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <param name="runsChecks">False leaves out what the plugins check themselves: files, keys.</param>
    public async Task<Generation?> BuildAsync(CancellationToken cancellationToken, bool runsChecks = true)
    {
        foreach (var table in settings.Instances)
            Configure(table);
        // Who misses the service of a table that is wrong itself needs no problem of its own.
        var ordered = new ServiceGraph(_instances, IsComplete ? problems : new ProblemList()).Connect();
        var listeners = settings.Listeners.Select(PlanOf).ToArray();
        var generation = new Generation(ordered, listeners, _code, loggers.CreateLogger("FilterHost"), time);
        if (runsChecks)
            await CheckAsync(ordered, cancellationToken).ConfigureAwait(false);
        if (!problems.HasErrors)
            return generation;
        await generation.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private bool IsComplete => _instances.Count == (settings.Root.Table("filter")?.Entries.Count ?? 0) + (settings.Root.Table("service")?.Entries.Count ?? 0);

    private void Configure(InstanceSettings table)
    {
        if (catalog.Load(table.Plugin, Path.GetDirectoryName(Path.GetFullPath(table.Table.Location.File))!, out var problem) is not { } code)
        {
            problems.Error(problem!, table.Table.Locate("plugin"));
            return;
        }
        _code.Add(code);
        if (new SettingsBinder().Bind(code.SettingsType, table.Table, InstanceSettings.HostKeys, problems) is not { } bound)
            return;
        try
        {
            var instance = PluginInstance.Configure(
                table.Name, code.Name, code.CreatePlugin(), bound, Path.Combine(settings.Host.StateDirectory.FullName, "data", table.TableName), loggers, time);
            CheckKind(table, instance);
            _instances.Add(table.TableName, (table, instance));
        }
        catch (SettingException exception)
        {
            problems.Error(exception.Message, table.Table.Locate(exception.Setting));
        }
        catch (Exception exception)
        {
            problems.Error($"plugin {code.Name} failed to configure itself: {exception.Message}", table.Table.Locate("plugin"));
        }
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
            if (!_instances.TryGetValue($"filter.{name}", out var entry))
            {
                isComplete = false;
                continue;
            }
            var (table, instance) = entry;
            var guard = new FilterGuard(instance, table.Host.OnError, table.Host.TimeLimit);
            connectionMembers.AddRange(instance.ConnectionFilters.Select(filter => new ConnectionMember(instance, filter, guard)));
            members.AddRange(instance.Filters.Select(filter => new PipelineMember(instance, filter, guard)));
        }
        // The filter that is missing may be the one that another needs.
        foreach (var error in isComplete ? OrderCheck.Errors(members, []) : [])
            problems.Error(error, located.Table.Locate("filters"));
        var results = new ResultsPolicy
        {
            AuthservId = listener.AuthservId ?? settings.Host.AuthservId,
            AlsoOurs = settings.Host.AlsoOurs,
            Cleans = listener.CleanResults,
            Position = listener.HeaderPosition,
        };
        var pipeline = new FilterPipeline(located.Socket, connectionMembers, members, Limits(), results, loggers.CreateLogger("FilterHost.Pipeline"), time);
        return new ListenerPlan(located, pipeline, listener.Internal ?? settings.Host.Internal);
    }

    private PipelineLimits Limits() => _limits ??= new PipelineLimits
    {
        CommandBudget = settings.Host.CommandBudget,
        EndOfMessageBudget = settings.Host.EndOfMessageBudget,
        ProgressInterval = settings.Host.ProgressInterval,
        MaximumHeaderSize = settings.Host.MaximumHeaderSize.Octets,
        MaximumHeaderFields = settings.Host.MaximumHeaderFields,
        DnsQuestions = settings.Host.DnsQuestions,
        BodyMemory = settings.Host.BodyMemory.Octets,
        BodyBudget = new BodyBudget(settings.Host.BodyMemoryTotal.Octets),
        TemporaryDirectory = settings.Host.TempDirectory.FullName,
    };

    private async Task CheckAsync(IReadOnlyList<PluginInstance> built, CancellationToken cancellationToken)
    {
        foreach (var (table, instance) in _instances.Values.Where(entry => built.Contains(entry.Instance)))
        {
            try
            {
                foreach (var lifetime in instance.Lifetimes)
                    await lifetime.CheckAsync(new TableProblemReport(table.Table, problems), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                problems.Error($"plugin {instance.Plugin} failed its check: {exception.Message}", table.Table.Locate("plugin"));
            }
        }
    }
}
