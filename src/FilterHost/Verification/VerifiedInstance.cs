using FilterHost.Dns;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using FilterHost.MailAuth.Dns;

namespace FilterHost.Verification;

/// <summary>One instance of the plugin with services that stand in for those of other plugins, in the shipped pipeline.</summary>
internal sealed class VerifiedInstance : IAsyncDisposable
{
    /// <summary>The most time for a stage of a message: a filter that hangs shall not hold up the report for as long as it may hold up mail.</summary>
    public static readonly TimeSpan LongestStage = TimeSpan.FromSeconds(20);

    private readonly PluginInstance _instance;
    private readonly SettingsTable _table;
    private readonly VerificationLog _log;
    private readonly StandInKeyStore _keys;
    private readonly Generation _generation;

    private VerifiedInstance(PluginInstance instance, InstanceHostSettings host, SettingsTable table, string dataDirectory, VerificationLog log)
    {
        (_instance, _table, _log, _keys) = (instance, table, log, new StandInKeyStore());
        Guard = new FilterGuard(instance, host.OnError, host.TimeLimit);
        var services = new[] { StandInFor(typeof(IDnsResolver), new ZoneResolver(MessageBattery.Zone)), StandInFor(typeof(ISigningKeyStore), _keys) };
        _generation = new Generation(
            [.. services.Select(service => Share(service.Instance, new FilterGuard(service.Instance, OnError.Tempfail, null))), Share(instance, Guard)], [], TimeProvider.System);
        instance.Build(contract => Array.Find(services, service => service.Contract == contract).Instance?.Offer(contract));

        (Type Contract, PluginInstance Instance) StandInFor(Type contract, object service)
        {
            var standIn = PluginInstance.Configure(contract.Name, nameof(StandInPlugin), new StandInPlugin(), new StandIn(contract, service), Path.Combine(dataDirectory, contract.Name), log, TimeProvider.System);
            standIn.Build(static _ => null);
            return (contract, standIn);
        }

        SharedInstance Share(PluginInstance shared, FilterGuard guard) => new(shared, guard, null, log, TimeProvider.System);
    }

    /// <summary>How its filters have fared.</summary>
    public FilterGuard Guard { get; }

    public bool HasFilters => _instance.Filters.Count + _instance.ConnectionFilters.Count > 0;

    /// <summary>What it registers, in a few words.</summary>
    public string Registrations => string.Join("; ", Words());

    /// <summary>Configures and builds an instance.</summary>
    /// <exception cref="SettingException">The plugin refuses its settings.</exception>
    public static VerifiedInstance Create(PluginCode code, SettingsTable table, object settings, InstanceHostSettings host, string dataDirectory, VerificationLog log)
    {
        var instance = PluginInstance.Configure(
            code.Name, code.Name, code.CreatePlugin(), settings, Path.Combine(dataDirectory, code.Name), log, TimeProvider.System, SettingValueReader.FolderOf(table.Location.File));
        if (instance.Used.FirstOrDefault(contract => contract != typeof(IDnsResolver) && contract != typeof(ISigningKeyStore)) is { } unknown)
            throw new InvalidOperationException($"it asks for {unknown.Name}, for which nothing stands in here");
        return new VerifiedInstance(instance, host, table, dataDirectory, log);
    }

    public Task StartAsync() => _generation.StartAsync(CancellationToken.None);

    /// <summary>What the plugin says at its own check.</summary>
    public async Task<ProblemList> CheckAsync()
    {
        var problems = new ProblemList();
        foreach (var lifetime in _instance.Lifetimes)
            await lifetime.CheckAsync(new TableProblemReport(_table, problems), CancellationToken.None).AsTask().WaitAsync(LongestStage);
        return problems;
    }

    public async Task WarmUpAsync()
    {
        foreach (var lifetime in _instance.Lifetimes)
            await lifetime.WarmUpAsync(CancellationToken.None).AsTask().WaitAsync(LongestStage);
    }

    /// <summary>The pipeline with its filters alone. What they have been given is overwritten afterwards.</summary>
    public FilterPipeline Pipeline(string temporaryDirectory) => new(
        "inet:8891@localhost",
        [.. _instance.ConnectionFilters.Select(filter => new ConnectionMember(_instance, filter, Guard))],
        [.. _instance.Filters.Select(filter => new PipelineMember(_instance, filter, Guard))],
        new PipelineLimits { KeepsEveryBody = true, PoisonBuffers = true, EndOfMessageBudget = LongestStage, TemporaryDirectory = temporaryDirectory },
        new ResultsPolicy { Reentry = new HostSettings().Reentry },
        _log,
        TimeProvider.System)
    {
        Clients = new ClientPolicy { Internal = HostList.Of(new HostSettings().Internal) },
    };

    public async ValueTask DisposeAsync()
    {
        await _generation.DisposeAsync();
        _keys.Dispose();
    }

    private IEnumerable<string> Words()
    {
        foreach (var filter in _instance.Filters)
            yield return $"a message filter ({string.Join(", ", filter.Stages.Select(stage => Commands.Words.Of(stage).Replace('_', ' ')))})";
        if (_instance.ConnectionFilters.Count > 0)
            yield return "a connection filter";
        if (_instance.Provided.Count > 0)
            yield return $"provides {string.Join(", ", _instance.Provided.Select(contract => contract.Name))}";
        if (_instance.Used.Count + _instance.UsedIfPresent.Count > 0)
            yield return $"uses {string.Join(", ", _instance.Used.Concat(_instance.UsedIfPresent).Distinct().Select(contract => contract.Name))}, for which the command stands in";
    }
}
