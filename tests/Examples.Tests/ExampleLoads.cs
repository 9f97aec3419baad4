using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Plugins.Tests;
using FilterHost.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Examples.Tests;

/// <summary>Loads plugins as the host does, sends a message through the filter <c>example</c>, and unloads them.</summary>
internal sealed class ExampleLoads : IAsyncDisposable
{
    public static readonly string Examples = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/examples/debug");

    private readonly LoadedPlugins _plugins = new();
    private readonly List<WeakReference> _contexts = [];

    public ValueTask DisposeAsync() => _plugins.DisposeAsync();

    /// <summary>All that was loaded is gone.</summary>
    public async Task ExpectCollectedAsync(int count)
    {
        Assert.Equal(count, _contexts.Count);
        for (var i = 0; i < 50 && _contexts.Exists(static context => context.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Equal(0, _contexts.Count(static context => context.IsAlive));
    }

    /// <summary>Gives the message as it came out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async Task<string> UseAsync(string table)
    {
        await _plugins.BuildAsync(table, "[[listener]]\nsocket = \"unix:s\"\nfilters = [\"example\"]\n");
        Assert.True(_plugins.Generation is not null, string.Join('\n', _plugins.Problems.Ordered()));
        Remember(_contexts, _plugins.Folder);
        var output = await RunAsync(_plugins.Generation.Listeners[0]);
        Assert.Equal(TransactionOutcome.Passed, output.Outcome);
        await _plugins.UnloadAsync();
        return Encoding.UTF8.GetString(output.Message.Span);
    }

    private static Task<MessageOutput> RunAsync(ListenerPlan listener) => InMemoryRun.RunAsync(
        listener.KeepingEveryBody(),
        new MessageInput
        {
            Message = "From: a@example.com\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/x; name=x.exe\r\n\r\nx\r\n--b--\r\n"u8.ToArray(),
            ClientAddress = IPAddress.Loopback,
        },
        NullLogger.Instance,
        TimeProvider.System);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Remember(List<WeakReference> contexts, string folder)
    {
        foreach (var context in AssemblyLoadContext.All.Where(context => context.IsCollectible && context.Assemblies.Any(assembly => assembly.Location.StartsWith(folder, StringComparison.Ordinal))))
        {
            if (!contexts.Exists(known => ReferenceEquals(known.Target, context)))
                contexts.Add(new WeakReference(context));
        }
    }
}
