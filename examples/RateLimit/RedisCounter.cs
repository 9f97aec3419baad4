using StackExchange.Redis;

namespace FilterHost.Examples.RateLimit;

/// <summary>Counts in Redis, for all hosts that share it. Two keys tell a count: that of the period, and that of the one before.</summary>
internal sealed class RedisCounter(RateLimitSettings settings, TimeProvider time) : ICounter, IPluginLifetime, IAsyncDisposable
{
    // In one piece, so that hosts that count at the same moment do not pass the limit together. What expires needs nobody to clean up.
    private const string Script = """
        local count = tonumber(redis.call('GET', KEYS[1]) or '0')
        local previous = tonumber(redis.call('GET', KEYS[2]) or '0')
        if previous * tonumber(ARGV[3]) + count + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
        redis.call('INCRBY', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """;

    private readonly SemaphoreSlim _opening = new(1);
    private ConnectionMultiplexer? _redis;

    public async ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        // It may be back when mail comes, and each message has its answer if not.
        if (await PingAsync(cancellationToken) is { } problem)
            report.Add(ProblemSeverity.Warning, $"Redis does not answer: {problem}", "redis");
    }

    public async ValueTask<CountOutcome> CountAsync(string key, int amount, CancellationToken cancellationToken)
    {
        var window = Window.At(time.GetUtcNow(), settings.Period);
        try
        {
            var redis = await OpenAsync(cancellationToken);
            var counted = await redis.GetDatabase().ScriptEvaluateAsync(
                Script,
                [KeyOf(key, window.Index), KeyOf(key, window.Index - 1)],
                [amount, settings.Limit, window.PreviousPart, (long)settings.Period.TotalMilliseconds * 2]);
            return (int)counted == 1 ? CountOutcome.Counted.Instance : CountOutcome.OverLimit.Instance;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new CountOutcome.Unavailable($"Redis: {FirstLine(e.Message)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<string?> PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (await OpenAsync(cancellationToken)).GetDatabase().PingAsync();
            return null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return FirstLine(e.Message);
        }
    }

    /// <summary>The one connection of the instance, which comes back by itself.</summary>
    private async ValueTask<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        if (_redis is { } open)
            return open;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _redis ??= await ConnectionMultiplexer.ConnectAsync(Options());
        }
        finally
        {
            _opening.Release();
        }
    }

    private ConfigurationOptions Options()
    {
        var timeout = (int)settings.RedisTimeout.TotalMilliseconds;
        var options = new ConfigurationOptions
        {
            User = settings.RedisUser,
            Password = settings.RedisPassword?.Reveal(),
            Ssl = settings.RedisTls,
            ConnectTimeout = timeout,
            AsyncTimeout = timeout,
            SyncTimeout = timeout,
            AbortOnConnectFail = false,
            // Mail does not wait for a server that is away: it has a configured answer.
            BacklogPolicy = BacklogPolicy.FailFast,
        };
        foreach (var server in settings.Redis)
            options.EndPoints.Add(server);
        return options;
    }

    // In a cluster both keys of a count must be on one server: what is in braces decides.
    private RedisKey KeyOf(string key, long index) => $"{settings.RedisPrefix}:{index}:{{{key}}}";

    private static string FirstLine(string text) => text.Split('\n', ';')[0].Trim();
}
