using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FilterHost.Dns;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>Every first-party plugin is loaded, used and unloaded, again and again, and nothing of it is left.</summary>
public sealed class UnloadingTests : IAsyncDisposable
{
    private const int Times = 50;

    private const string Tables = """
        authserv_id = "mx.example.net"
        [service.zone]
        plugin = "ZoneFileResolver"
        file = "zone"
        [service.dns]
        plugin = "DnsResolver"
        servers = ["127.0.0.1:9"]
        timeout = "200ms"
        attempts = 1
        [service.keys]
        plugin = "FileKeyStore"
        directory = "keys"
        [service.tables]
        plugin = "TableKeyStore"
        signing_table = "refile:SigningTable"
        key_table = "file:KeyTable"
        [filter.sign]
        plugin = "DkimSign"
        key_store = "keys"
        [filter.verify]
        plugin = "DkimVerify"
        resolver = "zone"
        [filter.spf]
        plugin = "Spf"
        resolver = "zone"
        [filter.dmarc]
        plugin = "Dmarc"
        resolver = "zone"
        """;

    private const string Listeners = """
        [[listener]]
        socket = "unix:sign"
        filters = ["sign"]
        [[listener]]
        socket = "unix:verify"
        filters = ["spf", "verify", "dmarc"]
        """;

    private readonly LoadedPlugins _plugins = new();

    public ValueTask DisposeAsync() => _plugins.DisposeAsync();

    [Fact]
    public async Task Fifty_times_loaded_used_and_unloaded_no_load_context_is_left()
    {
        await MakeKeysAsync();
        var contexts = new List<WeakReference>();
        for (var i = 0; i < Times; i++)
            await UseAsync(contexts);
        Assert.Equal(Times * 8, contexts.Count);
        await Collection.AwaitAsync(contexts);
        Assert.Equal(0, contexts.Count(static context => context.IsAlive));
    }

    private async Task MakeKeysAsync()
    {
        Directory.CreateDirectory(Path.Combine(_plugins.Folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _plugins.Write("zone", "example.com. IN TXT \"none\"\n");
        _plugins.Write("SigningTable", "*@example.com k\n");
        _plugins.Write("KeyTable", "k example.com:s0:./keys/example.com/s0.pem\n");
        await _plugins.BuildAsync(Tables, Listeners);
        var administration = _plugins.Service<ISigningKeyAdministration>();
        var lines = new List<string>();
        foreach (var algorithm in new[] { SigningAlgorithm.RsaSha256, SigningAlgorithm.Ed25519Sha256 })
        {
            var request = new SigningKeyRequest { SigningDomain = DomainName.Parse("example.com"), Selector = $"s{lines.Count}", Algorithm = algorithm };
            lines.Add(KeyRecordText.ToZoneLine(await administration.CreateAsync(request, TestContext.Current.CancellationToken)));
        }
        _plugins.Write("zone", string.Join('\n', lines) + "\n");
        await _plugins.UnloadAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task UseAsync(List<WeakReference> contexts)
    {
        await _plugins.BuildAsync(Tables, Listeners);
        Assert.True(_plugins.Generation is not null, string.Join('\n', _plugins.Problems.Ordered()));
        var generation = _plugins.Generation;
        Remember(contexts, _plugins.Folder);
        var signed = await RunAsync(generation.Listeners[0], "From: a@example.com\r\nSubject: x\r\n\r\nhello\r\n"u8.ToArray(), "127.0.0.1");
        var verified = await RunAsync(generation.Listeners[1], signed.Message.ToArray(), "192.0.2.1");
        Assert.Equal(["spf=none", "dkim=pass", "dkim=pass", "dmarc=none"], verified.Results.Select(result => $"{result.Method}={result.Word}"));
        var dns = generation.Instances.First(instance => instance.Name == "dns").GetService<IDnsResolver>();
        Assert.True((await dns.ResolveAsync(DomainName.Parse("example.com"), DnsRecordType.Txt, TestContext.Current.CancellationToken)).IsTemporary);
        Assert.Equal(2, (await _plugins.Service<ISigningKeyAdministration>().ListAsync(TestContext.Current.CancellationToken)).Count);
        var tables = generation.Instances.First(instance => instance.Name == "tables").GetService<ISigningKeyStore>();
        var query = new SigningQuery { AuthorDomain = DomainName.Parse("example.com"), AuthorLocalPart = "a" };
        var found = Assert.IsType<SigningKeys.Found>(await tables.FindKeysAsync(query, TestContext.Current.CancellationToken));
        Assert.IsType<SigningOutcome.Signed>(await tables.SignAsync(found.Keys[0].Id, new byte[32], TestContext.Current.CancellationToken));
        await _plugins.UnloadAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Remember(List<WeakReference> contexts, string folder)
    {
        foreach (var context in AssemblyLoadContext.All.Where(context => context.IsCollectible && context.Assemblies.Any(assembly => assembly.Location.StartsWith(folder, StringComparison.Ordinal))))
        {
            if (!contexts.Exists(known => ReferenceEquals(known.Target, context)))
                contexts.Add(new WeakReference(context));
        }
    }

    private static Task<MessageOutput> RunAsync(ListenerPlan listener, byte[] message, string client) =>
        InMemoryRun.RunAsync(listener.KeepingEveryBody(), new MessageInput { Message = message, ClientAddress = IPAddress.Parse(client) }, NullLogger.Instance, TimeProvider.System);
}
