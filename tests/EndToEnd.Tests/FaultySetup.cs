using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Hosts with a faulty filter before a good one on three listeners, one for each <c>on_error</c>, beside a listener with the good one alone.</summary>
public sealed class FaultySetup : IDisposable
{
    /// <summary>The answers to a fault, which are the names of the listeners and of their faulty filters.</summary>
    public static readonly string[] OnErrors = ["tempfail", "reject", "skip"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhfault");

    private static string Artifacts => Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts");

    public void Dispose() => _folder.Delete(recursive: true);

    internal Task<FilterHostProcess> StartAsync(string fault, string stage) => FilterHostProcess.StartAsync(_folder.FullName, $"""
        control_socket = "control.sock"
        warm_up = false
        [filter.good]
        plugin = "{Artifacts}/examples/debug/HelloFilter"
        [[listener]]
        socket = "unix:good"
        filters = ["good"]
        {string.Concat(OnErrors.Select(onError => $"""

            [filter.{onError}]
            plugin = "{Artifacts}/tests/debug/plugins/Faulty"
            fault = "{fault}"
            stage = "{stage}"
            on_error = "{onError}"
            time_limit = "200ms"
            [[listener]]
            socket = "unix:{onError}"
            filters = ["{onError}", "good"]

            """))}
        """);

    /// <summary>The median time of a message on the good listener while others load it as much as, with a fault, the faulty ones.</summary>
    internal async Task<TimeSpan> BaselineAsync() => (await RunAsync(OnErrors.ToDictionary(onError => onError, _ => "good"), 4, 25, staysOpen: true)).Good.Median;

    /// <summary>Loads all four listeners at once.</summary>
    /// <param name="connections">Connections to each listener with a faulty filter.</param>
    /// <param name="messages">Messages of each connection.</param>
    /// <param name="staysOpen">False where the host closes a connection behind a refusal.</param>
    internal Task<(LoadReport Good, Dictionary<string, LoadReport> Others)> RunAsync(int connections, int messages, bool staysOpen = true) =>
        RunAsync(OnErrors.ToDictionary(onError => onError), connections, messages, staysOpen);

    private async Task<(LoadReport Good, Dictionary<string, LoadReport> Others)> RunAsync(Dictionary<string, string> listeners, int connections, int messages, bool staysOpen)
    {
        var cancel = TestContext.Current.CancellationToken;
        var others = listeners.ToDictionary(pair => pair.Key, pair => MilterLoad.RunAsync(Path.Combine(_folder.FullName, pair.Value), connections, messages, staysOpen, static () => false, cancel));
        var all = Task.WhenAll(others.Values);
        var good = await MilterLoad.RunAsync(Path.Combine(_folder.FullName, "good"), 4, 25, staysOpen: true, () => !all.IsCompleted, cancel);
        await all;
        return (good, others.ToDictionary(pair => pair.Key, pair => pair.Value.Result));
    }
}
