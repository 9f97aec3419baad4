using System.Net;
using System.Net.Sockets;

namespace FilterHost.Plugins.Tests;

/// <summary>The message that warms the pipelines up.</summary>
public sealed class WarmUpTests : IAsyncDisposable
{
    private readonly LoadedPlugins _plugins = new();

    public ValueTask DisposeAsync() => _plugins.DisposeAsync();

    [Fact]
    public async Task It_asks_no_name_server_since_the_start_would_wait_for_one_that_is_away()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await _plugins.BuildAsync(
            $"""
            authserv_id = "mx.example.net"
            [service.dns]
            plugin = "DnsResolver"
            servers = ["{server.Client.LocalEndPoint}"]
            [filter.spf]
            plugin = "Spf"
            [filter.verify]
            plugin = "DkimVerify"
            [filter.dmarc]
            plugin = "Dmarc"
            """,
            """
            [[listener]]
            socket = "unix:s"
            filters = ["spf", "verify", "dmarc"]
            """);
        Assert.True(_plugins.Generation is not null, string.Join('\n', _plugins.Problems.Ordered()));
        await _plugins.Generation.WarmUpAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.Available);
        await _plugins.UnloadAsync();
    }
}
