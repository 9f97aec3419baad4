using FilterHost.Dns;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.MailAuth.Dns;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

/// <summary>The host for the life of one test: the shipped instances, generation and pipeline around plugins that the test's own load context has.</summary>
internal sealed class TestHost : IDisposable
{
    private const string Listener = "inet:8891@localhost";

    private readonly TestBench _bench;
    private readonly ProblemList _problems = new();
    private readonly RecordedLog _log = new();
    private readonly ShiftedClock _clock;
    private readonly TestResolver _resolver;
    private readonly string _dataDirectory = Path.Combine(Path.GetTempPath(), $"filterhost-test-{Guid.NewGuid():N}");
    private readonly Dictionary<Type, PluginInstance> _providers = [];
    private readonly List<(BoundTable Table, PluginInstance Instance, FilterGuard Guard)> _tables = [];
    private readonly List<PluginInstance> _instances = [];

    public TestHost(TestBench bench)
    {
        (_bench, _clock) = (bench, new ShiftedClock(bench.Clock));
        if (!ZoneFile.TryParse(bench.Zone, out var zone, out var problem))
            throw new StartRefusedException([$"zone: {problem}"]);
        var records = bench.Services.GetValueOrDefault(typeof(IDnsResolver)) as IDnsResolver ?? new ZoneResolver(zone);
        _resolver = new TestResolver(records, bench.DnsFailures);
    }

    /// <summary>Starts, sends the messages on one connection, stops.</summary>
    public async Task<IReadOnlyList<FilterRun>> RunAsync(IReadOnlyList<SentMessage> messages)
    {
        var outputs = new List<(MessageOutput Output, int FirstLine, int FirstQuestion)>();
        await using (var generation = Build())
        {
            await CheckAsync().ConfigureAwait(false);
            await generation.StartAsync(CancellationToken.None).ConfigureAwait(false);
            await using IMessageConnection connection = _bench.IsOverSocket ? new SocketConnection(Pipeline(), _log, _clock) : new MemoryConnection(Pipeline(), _log, _clock);
            foreach (var message in messages)
            {
                _clock.PutOn(message.Delay);
                var (line, question) = outputs.Count == 0 ? (0, 0) : (_log.Count, _resolver.Count);
                outputs.Add((await connection.SendAsync(message.Message).ConfigureAwait(false), line, question));
            }
        }
        return [.. outputs.Select((sent, index) =>
        {
            var (line, question) = index + 1 < outputs.Count ? (outputs[index + 1].FirstLine, outputs[index + 1].FirstQuestion) : (_log.Count, _resolver.Count);
            return new FilterRun(sent.Output, _log.Lines(sent.FirstLine..line), _resolver.Questions(sent.FirstQuestion..question));
        })];
    }

    public void Dispose()
    {
        _log.Dispose();
        if (Directory.Exists(_dataDirectory))
            Directory.Delete(_dataDirectory, recursive: true);
    }

    private Generation Build()
    {
        Offer(typeof(IDnsResolver), _resolver);
        foreach (var (contract, service) in _bench.Services.Where(entry => entry.Key != typeof(IDnsResolver)))
            Offer(contract, service);
        foreach (var table in _bench.Before.Append(_bench.Plugin))
        {
            if (table.Bind(_problems) is { } bound)
                Configure(bound);
        }
        return new Generation([.. _instances.Select(instance => new SharedInstance(instance, new FilterGuard(instance, OnError.Tempfail, null), null, _log, _clock))], [], _clock);
    }

    // Through an instance of its own, so that the proxy between it and the plugin is the shipped one.
    private void Offer(Type contract, object service)
    {
        var instance = Configure(contract.Name, new GivenServicePlugin(), new GivenService(contract, service));
        instance.Build(NoService);
        _providers[contract] = instance;
        _instances.Add(instance);
    }

    private void Configure(BoundTable table)
    {
        try
        {
            var instance = Configure(table.Name, table.Plugin, table.Settings);
            foreach (var missing in instance.Used.Where(contract => !_providers.ContainsKey(contract)))
                _problems.Error($"the plugin asks for {missing.Name}, which the test does not give: {nameof(FilterTest.WithService)} does", table.Table.Location);
            if (_problems.HasErrors)
                return;
            instance.Build(contract => _providers.GetValueOrDefault(contract)?.Offer(contract));
            foreach (var contract in instance.Provided)
                _providers.TryAdd(contract, instance);
            _instances.Add(instance);
            _tables.Add((table, instance, new FilterGuard(instance, table.Host.OnError, table.Host.TimeLimit)));
        }
        catch (SettingException refusal)
        {
            _problems.Error(refusal.Message, table.Table.Locate(refusal.Setting));
        }
    }

    private PluginInstance Configure(string name, FilterPlugin plugin, object settings) =>
        PluginInstance.Configure(name, plugin.GetType().Name, plugin, settings, Path.Combine(_dataDirectory, name), _log, _clock);

    private static object NoService(Type contract) => throw new InvalidOperationException($"{contract} is not used here");

    private async Task CheckAsync()
    {
        foreach (var (table, instance, _) in _tables)
        {
            foreach (var lifetime in instance.Lifetimes)
                await lifetime.CheckAsync(new TableProblemReport(table.Table, _problems), CancellationToken.None).ConfigureAwait(false);
        }
        foreach (var error in OrderCheck.Errors(Members(), _ => false))
            _problems.Error(error);
        if (_problems.HasErrors)
            throw new StartRefusedException([.. _problems.Ordered().Where(problem => problem.Severity is ProblemSeverity.Error).Select(problem => problem.ToString())]);
        // What does not stop the start is told to the administrator, so the test reads it too.
        foreach (var problem in _problems.Ordered())
            _log.LogWarning("{Problem}", problem);
    }

    private FilterPipeline Pipeline()
    {
        var connectionMembers = new List<ConnectionMember>();
        foreach (var (_, instance, guard) in _tables)
            connectionMembers.AddRange(instance.ConnectionFilters.Select(filter => new ConnectionMember(instance, filter, guard)));
        var limits = new PipelineLimits { KeepsEveryBody = true, PoisonBuffers = true };
        var results = new ResultsPolicy { Reentry = new HostSettings().Reentry };
        return new FilterPipeline(Listener, connectionMembers, Members(), limits, results, _log, _clock)
        {
            Clients = new ClientPolicy { Internal = HostList.Of(_bench.Internal) },
            IsObserved = _bench.IsObserved,
        };
    }

    private List<PipelineMember> Members() =>
        [.. _tables.SelectMany(entry => entry.Instance.Filters.Select(filter => new PipelineMember(entry.Instance, filter, entry.Guard)))];
}
