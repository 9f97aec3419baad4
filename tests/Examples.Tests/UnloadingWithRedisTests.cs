namespace FilterHost.Examples.Tests;

/// <summary>A plugin whose library holds a connection, with timers and threads of its own, is unloaded like any other.</summary>
public sealed class UnloadingWithRedisTests : IAsyncDisposable
{
    // Each time the whole of the library is compiled anew; that the plugin itself goes fifty times is tested without it.
    private const int Times = 10;

    private readonly ExampleLoads _loads = new();

    public ValueTask DisposeAsync() => _loads.DisposeAsync();

    [Fact]
    public async Task Connected_and_unloaded_again_and_again_no_load_context_is_left()
    {
        await using var redis = await RedisServer.StartAsync();
        var table = $$"""
            [filter.example]
            plugin = "{{ExampleLoads.Examples}}/RateLimit"
            limit = {{Times}}
            by = "client"
            redis = ["{{redis.Address}}"]
            redis_password = { file = "{{redis.PasswordFile}}" }
            redis_timeout = "30s"
            """;
        for (var i = 0; i < Times; i++)
            Assert.Contains("hello", await _loads.UseAsync(table), StringComparison.Ordinal);
        await _loads.ExpectCollectedAsync(Times);
    }
}
