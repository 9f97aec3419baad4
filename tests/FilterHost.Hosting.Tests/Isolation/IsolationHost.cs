using System.Globalization;
using System.Net;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Isolation;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Tests;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Tests.Isolation;

/// <summary>A host without sockets on settings of a test's own: plugins from their built folders, workers from the built program, the pipeline of the first listener.</summary>
internal sealed class IsolationHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhiso");
    private readonly RecordedLines _log = new();
    private readonly List<InMemoryConnection> _connections = [];
    private Generation? _generation;

    static IsolationHost() => AppContext.SetData(WorkerProgram.PathKey, Path.Combine(ConformanceData.RepositoryRoot, "artifacts/host/debug/filterhost"));

    public static MessageInput Mail { get; } = new()
    {
        Message = Encoding.UTF8.GetBytes("Received: from a\r\nReceived: from b\r\n\tfolded\r\nFrom: a@example.com\r\nSubject:one\r\nX-Tab:\ttab\r\nTo: b@example.net\r\n\r\nhello\r\nworld\r\n"),
        ClientAddress = IPAddress.Parse("192.0.2.1"),
        ClientName = "client.example.com",
        Helo = "client.example.com",
        ReversePath = "<a@example.com>",
        Parameters = ["SIZE=100", "BODY=8BITMIME"],
        Recipients = ["<b@example.net>", "<c@example.net>"],
        Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["_"] = "client.example.com [192.0.2.1]", ["{daemon_name}"] = "smtpd", ["{mail_addr}"] = "a@example.com", ["i"] = "4ABC", ["{auth_authen}"] = "" },
    };

    public static MessageInput Boom { get; } = Mail with { Message = "From: a@example.com\r\nSubject: boom\r\n\r\nboom\r\n"u8.ToArray() };

    public ProblemList Problems { get; } = new();

    public Generation Generation => _generation ?? throw new InvalidOperationException(Problems.ToString());

    public bool IsBuilt => _generation is not null;

    public string Folder => _folder.FullName;

    public IReadOnlyList<(LogLevel Level, string Text)> Log => _log.Lines;

    /// <summary>Builds and starts these tables and a listener of these filters.</summary>
    public static async Task<IsolationHost> StartAsync(string tables, params string[] filters)
    {
        var host = await BuildAsync(tables, filters);
        await host.Generation.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Builds only.</summary>
    public static async Task<IsolationHost> BuildAsync(string tables, params string[] filters)
    {
        var host = new IsolationHost();
        var root = ConformanceData.RepositoryRoot;
        var path = Path.Combine(host.Folder, "filterhost.toml");
        await File.WriteAllTextAsync(path, $"""
            state_directory = "state"
            temp_directory = "tmp"
            plugin_directories = ["{root}/artifacts/host/debug/plugins", "{root}/artifacts/tests/debug/plugins", "{root}/artifacts/examples/debug"]
            authserv_id = "mx.example.net"
            {tables}
            [[listener]]
            socket = "inet:8891@localhost"
            filters = [{string.Join(", ", filters.Select(filter => $"\"{filter}\""))}]
            """);
        var settings = SettingsFile.Load(path, host.Problems)!;
        var catalog = new PluginCatalog(settings.Host.PluginDirectories, settings.Host.StateDirectory, host._log.CreateLogger("plugins"));
        host._generation = await new GenerationBuilder(settings, catalog, host.Problems, host._log, TimeProvider.System).BuildAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>A connection of an MTA.</summary>
    public InMemoryConnection Connect()
    {
        var connection = new InMemoryConnection(Generation.Listeners[0].KeepingEveryBody(), _log.CreateLogger("FilterHost.Milter"), TimeProvider.System);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Sends a message on a connection of its own.</summary>
    public async Task<MessageOutput> SendAsync(MessageInput message)
    {
        await using var connection = new InMemoryConnection(Generation.Listeners[0].KeepingEveryBody(), _log.CreateLogger("FilterHost.Milter"), TimeProvider.System);
        return await connection.SendAsync(message);
    }

    /// <summary>The worker of a filter.</summary>
    public IsolatedWorker WorkerOf(string filter) => Generation.Instances.Single(instance => instance.Name == filter).GetService<IsolatedWorker>();

    /// <summary>Waits for something that another process does.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"{what}\n{Text()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a line of the log has a text; the worker's lines come by a pipe of their own.</summary>
    public Task HasLoggedAsync(string text) => UntilAsync(() => Log.Any(line => line.Text.Contains(text, StringComparison.Ordinal)), $"the log has no '{text}'");

    public string Text() => string.Join('\n', Log.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Level}: {line.Text}")));

    /// <summary>Ends the generation.</summary>
    public async Task StopAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _connections.Clear();
        if (_generation is { } generation)
            await generation.DisposeAsync();
        _generation = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }
}
