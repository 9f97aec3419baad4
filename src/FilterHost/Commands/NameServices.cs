using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using FilterHost.Dns;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Commands;

/// <summary>Who is asked for records: the zone file or servers that the command line names, else the services of the settings, else the servers of this machine.</summary>
internal sealed class NameServices : IAsyncDisposable
{
    private const int DnsPort = 53;

    private readonly Generation? _own;

    private NameServices(IReadOnlyList<IDnsResolver> resolvers, Generation? own) => (Resolvers, _own) = (resolvers, own);

    public static Option<string?> ZoneFile { get; } = new("--dns") { Description = "Ask nobody: the records of this zone file are all there are." };

    public static Option<string[]> Servers { get; } = new("--server") { Description = "A name server to ask, address or address:port; may be given again, and then all are asked. Default: those of the settings, else of this machine." };

    public IReadOnlyList<IDnsResolver> Resolvers { get; }

    /// <summary>Opens them; null, with a message, where that cannot be done.</summary>
    public static async Task<NameServices?> OpenAsync(ParseResult arguments, Preparation preparation, CancellationToken cancellationToken)
    {
        var servers = new List<IPEndPoint>();
        foreach (var text in arguments.GetValue(Servers) ?? [])
        {
            if (!IPEndPoint.TryParse(text, out var server))
            {
                Console.Error.WriteLine($"filterhost: '{text}' is no address of a name server");
                return null;
            }
            servers.Add(server.Port == 0 ? new IPEndPoint(server.Address, DnsPort) : server);
        }
        var zone = arguments.GetValue(ZoneFile);
        var ofSettings = preparation.Generation?.Instances.Where(static instance => instance.Provided.Contains(typeof(IDnsResolver))).ToArray() ?? [];
        if (zone is null && servers.Count == 0 && ofSettings.Length > 0)
            return await CheckAsync(preparation, ofSettings, cancellationToken) ? new NameServices([.. ofSettings.Select(ResolverOf)], own: null) : null;
        return await BuildAsync(preparation, TablesOf(zone, servers), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
            await _own.DisposeAsync();
    }

    // A zone file is read by the check of its plugin.
    private static async Task<bool> CheckAsync(Preparation preparation, IEnumerable<PluginInstance> instances, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        foreach (var instance in instances)
        {
            var table = preparation.Settings!.Instances.First(table => table.Kind == InstanceKind.Service && table.Name == instance.Name);
            foreach (var lifetime in instance.Lifetimes)
                await lifetime.CheckAsync(new TableProblemReport(table.Table, problems), cancellationToken);
        }
        return !Print(problems);
    }

    private static async Task<NameServices?> BuildAsync(Preparation preparation, string tables, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var name = Path.GetFullPath("command-line");
        var settings = SettingsFile.LoadText($"{tables}\n[[listener]]\nsocket = \"unix:unused\"\nfilters = []\n", name, problems);
        if (settings is not null && await new GenerationBuilder(settings, preparation.Catalog(), problems, NullLoggerFactory.Instance, TimeProvider.System).BuildAsync(cancellationToken) is { } own)
            return new NameServices([.. own.Instances.Select(ResolverOf)], own);
        Print(problems);
        return null;
    }

    private static string TablesOf(string? zone, List<IPEndPoint> servers)
    {
        if (zone is not null)
            return $"[service.zone]\nplugin = \"ZoneFileResolver\"\nfile = {TomlText.Quote(Path.GetFullPath(zone))}\n";
        if (servers.Count == 0)
            return "[service.dns]\nplugin = \"DnsResolver\"\n";
        var tables = new StringBuilder();
        for (var i = 0; i < servers.Count; i++)
            tables.Append(CultureInfo.InvariantCulture, $"[service.dns{i}]\nplugin = \"DnsResolver\"\nservers = [\"{servers[i]}\"]\n");
        return tables.ToString();
    }

    private static bool Print(ProblemList problems)
    {
        foreach (var problem in problems.Ordered().Where(static problem => problem.Severity == ProblemSeverity.Error))
            Console.Error.WriteLine($"filterhost: {problem.Text}");
        return problems.HasErrors;
    }

    private static IDnsResolver ResolverOf(PluginInstance instance) => (IDnsResolver)instance.Offer(typeof(IDnsResolver));
}
