using FilterHost.Plugins.SqlKeyStore;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What was read is kept for a while, and no longer.</summary>
public sealed class SqlKeyStoreCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(string Domain, TaskCompletionSource<int> Answer)> _asked = [];

    [Fact]
    public async Task Of_many_callers_one_asks_and_one_who_gives_up_takes_nothing_from_the_others()
    {
        var cache = Cache();
        using var gone = new CancellationTokenSource();
        var (first, second) = (cache.GetAsync("a", gone.Token).AsTask(), cache.GetAsync("a", TestContext.Current.CancellationToken).AsTask());
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single(_asked).Answer.SetResult(1);
        Assert.Equal(1, await second);
    }

    [Fact]
    public async Task What_was_read_is_asked_for_again_after_its_time()
    {
        var cache = Cache();
        Assert.Equal(1, await AnswerAsync(cache, "a", 1));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, await cache.GetAsync("a", TestContext.Current.CancellationToken));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await AnswerAsync(cache, "a", 2));
    }

    [Fact]
    public async Task What_changes_while_it_is_read_is_not_kept()
    {
        var cache = Cache();
        var old = cache.GetAsync("a", TestContext.Current.CancellationToken).AsTask();
        cache.Forget("a");
        _asked[0].Answer.SetResult(1);
        Assert.Equal(1, await old);
        Assert.Equal(2, await AnswerAsync(cache, "a", 2));
    }

    [Fact]
    public async Task A_failure_is_not_kept_even_where_nobody_waited_for_it()
    {
        var cache = Cache();
        using var gone = new CancellationTokenSource();
        var first = cache.GetAsync("a", gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _asked[0].Answer.SetException(new KeyDatabaseException("away"));
        Assert.Equal(2, await AnswerAsync(cache, "a", 2));
    }

    [Theory]
    [InlineData("a.example", true, false, false)]
    [InlineData(".example", true, true, false)]
    [InlineData(".a.example", false, true, false)]
    [InlineData("example", false, false, false)]
    [InlineData(".org", false, false, true)]
    public async Task A_domain_is_forgotten_alone_and_one_with_a_dot_before_it_with_all_below(string changed, bool first, bool second, bool third)
    {
        var cache = Cache();
        var names = new[] { "a.example", "b.a.example", "example.org" };
        foreach (var name in names)
            await AnswerAsync(cache, name, 1);
        _asked.Clear();
        cache.Forget(changed);
        foreach (var name in names)
            _ = cache.GetAsync(name, TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(names.Where((_, i) => new[] { first, second, third }[i]), _asked.Select(asked => asked.Domain));
    }

    [Fact]
    public async Task No_more_is_kept_than_the_settings_allow()
    {
        var cache = Cache(capacity: 3);
        for (var i = 0; i < 3; i++)
            await AnswerAsync(cache, $"d{i}", i);
        _asked.Clear();
        await AnswerAsync(cache, "d3", 3);
        _ = cache.GetAsync("d0", TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(["d3", "d0"], _asked.Select(asked => asked.Domain));
    }

    private RowCache<int> Cache(int capacity = 10) => new(
        TimeSpan.FromMinutes(1), capacity, _time,
        domain =>
        {
            _asked.Add((domain, new TaskCompletionSource<int>()));
            return _asked[^1].Answer.Task;
        });

    private async Task<int> AnswerAsync(RowCache<int> cache, string domain, int answer)
    {
        var rows = cache.GetAsync(domain, TestContext.Current.CancellationToken).AsTask();
        _asked[^1].Answer.SetResult(answer);
        return await rows;
    }
}
