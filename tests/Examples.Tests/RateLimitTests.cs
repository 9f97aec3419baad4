using FilterHost.Examples.RateLimit;
using FilterHost.Testing;
using Microsoft.Extensions.Logging;

namespace FilterHost.Examples.Tests;

/// <summary>The example that limits how much a user sends, counted in memory.</summary>
public sealed class RateLimitTests
{
    // Four at the start of a period; in the next one they count by what is left of theirs.
    private static async Task SlidesAsync(FilterTest test)
    {
        var runs = await test.Next().Next().Next()
            .Next().Later(TimeSpan.FromSeconds(99))
            .Next().Later(TimeSpan.FromSeconds(2))
            .Next().Later(TimeSpan.FromSeconds(24))
            .Next()
            .Next().Later(TimeSpan.FromSeconds(300)).RunAllAsync();
        Assert.Equal("....xx.x.", Answers(runs));
    }

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_is_beyond_the_limit_is_refused_for_now_and_other_users_go_on()
    {
        var runs = await Limited("limit = 2").Next().Next().Next().Authenticated("ann").RunAllAsync();
        runs[0].ExpectUnchanged().ExpectNoProblems();
        runs[1].ExpectUnchanged();
        runs[2].ExpectTempFailed("451 4.7.1 joe sent more than 2 messages in 1h").ExpectNote("joe sent more than 2");
        runs[3].ExpectUnchanged();
    }

    [Fact]
    public async Task Mail_without_a_login_is_not_counted_by_user()
    {
        var runs = await FilterTest.For<RateLimitPlugin>("limit = 1").Next().Next().RunAllAsync();
        Assert.All(runs, run => run.ExpectUnchanged());
    }

    [Fact]
    public async Task The_limit_slides_with_time()
    {
        var test = Limited("limit = 4\nperiod = \"100s\"").At(Start);
        await SlidesAsync(test);
    }

    [Fact]
    public async Task What_is_refused_is_not_counted()
    {
        var test = Limited("limit = 1\nperiod = \"100s\"").At(Start);
        var runs = await test.Next().Later(TimeSpan.FromSeconds(90)).Next().Next().Next().Later(TimeSpan.FromSeconds(110)).RunAllAsync();
        Assert.Equal(".xxx.", Answers(runs));
    }

    [Theory]
    [InlineData("sender", "joe@example.com", "JOE@EXAMPLE.COM", "ann@example.com")]
    [InlineData("sender_domain", "joe@example.com", "ann@Example.Com", "joe@example.net")]
    public async Task Senders_are_counted_by_address_or_domain_and_bounces_are_not(string by, string first, string same, string other)
    {
        var runs = await FilterTest.For<RateLimitPlugin>($"limit = 1\nby = \"{by}\"").From(first).Next().From(same).Next().From(other).Next().From("").Next().RunAllAsync();
        Assert.Equal(".x...", Answers(runs));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::2:0:0:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public async Task Clients_are_counted_by_address_or_by_half_of_an_IPv6_address(string first, string second, bool isSame)
    {
        await using var redis = await RedisServer.StartAsync();
        // A connection has one client; those of two connections are counted together in Redis.
        var settings = $"{Redis(redis)}limit = 1\nby = \"client\"";
        (await FilterTest.For<RateLimitPlugin>(settings).Client(first).RunAsync()).ExpectUnchanged();
        var run = await FilterTest.For<RateLimitPlugin>(settings).Client(second).RunAsync();
        Assert.Equal(isSame, run.Verdict is VerdictKind.TempFail);
    }

    [Fact]
    public async Task Recipients_may_be_counted_in_place_of_messages()
    {
        var test = Limited("limit = 3\ncount_recipients = true");
        var runs = await test.To("a@example.net", "b@example.net").Next().Next().To("a@example.net").RunAllAsync();
        Assert.Equal(".x.", Answers(runs));
        runs[1].ExpectTempFailed("joe sent more than 3 recipients in 1h");
    }

    [Fact]
    public async Task Who_is_exempt_has_no_limit() =>
        Assert.Equal("..", Answers(await Limited("limit = 1\nexempt = [\"JOE\"]").Next().RunAllAsync()));

    [Fact]
    public async Task The_answer_is_that_of_the_settings()
    {
        (await Limited("limit = 1\non_limit = \"reject\"").Next().RunAllAsync())[1].ExpectRejected("550 5.7.1");
        (await Limited("limit = 1\non_limit = \"tag\"").Next().RunAllAsync())[1].ExpectHeader("X-Rate-Limit", "joe sent more than 1 messages in 1h");
        (await Limited("limit = 1\non_limit = \"quarantine\"").Next().RunAllAsync())[1].ExpectQuarantined("joe");
        (await Limited("limit = 1\non_limit = \"accept\"").Next().RunAllAsync())[1].ExpectUnchanged().ExpectNote("joe sent more than 1");
    }

    [Fact]
    public async Task A_table_that_is_full_gives_the_answer_for_that_until_the_period_is_over()
    {
        var test = FilterTest.For<RateLimitPlugin>("limit = 5\nby = \"sender\"\ntable_size = 2\nperiod = \"100s\"").At(Start);
        var runs = await test.From("a@example.com").Next().From("b@example.com").Next().From("c@example.com").Next().From("a@example.com").Next().From("c@example.com").Later(TimeSpan.FromSeconds(100)).RunAllAsync();
        Assert.Equal("..x..", Answers(runs));
        runs[2].ExpectTempFailed("451 4.7.1 rate of c@example.com unknown").ExpectNote("more than table_size = 2 are counted");
    }

    [Fact]
    public async Task Hosts_that_share_Redis_count_together()
    {
        await using var redis = await RedisServer.StartAsync();
        var host = Limited($"{Redis(redis)}limit = 3");
        Assert.Equal("..", Answers(await host.Next().RunAllAsync()));
        Assert.Equal(".x", Answers(await host.Next().RunAllAsync()));
        Assert.Equal(".", Answers(await Limited($"{Redis(redis)}limit = 3\nredis_prefix = \"other\"").RunAllAsync()));
    }

    [Fact]
    public async Task In_Redis_the_limit_slides_as_in_memory()
    {
        await using var redis = await RedisServer.StartAsync();
        var test = Limited($"{Redis(redis)}limit = 4\nperiod = \"100s\"").At(Start);
        await SlidesAsync(test);
    }

    [Fact]
    public async Task Many_hosts_at_once_never_pass_the_limit_together()
    {
        await using var redis = await RedisServer.StartAsync();
        var host = Limited($"{Redis(redis)}limit = 10").Next().Next().Next().Next();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.RunAllAsync()));
        Assert.Equal(10, runs.SelectMany(run => run).Count(run => run.Verdict is VerdictKind.Continue));
    }

    [Fact]
    public async Task Without_Redis_mail_gets_the_answer_for_that()
    {
        var redis = await RedisServer.StartAsync();
        await redis.DisposeAsync();
        var settings = $"redis = [\"{redis.Address}\"]\nlimit = 1\nredis_timeout = \"100ms\"";
        var run = await Limited(settings).RunAsync();
        run.ExpectTempFailed("451 4.7.1 rate of joe unknown [rate_limit]").ExpectNote("Redis: ").ExpectLog(LogLevel.Warning, "redis: warning: Redis does not answer");
        (await Limited($"{settings}\non_unavailable = \"accept\"").RunAsync()).ExpectUnchanged();
    }

    [Fact]
    public async Task A_wrong_password_is_no_answer_either()
    {
        await using var redis = await RedisServer.StartAsync();
        var run = await Limited($"redis = [\"{redis.Address}\"]\nredis_timeout = \"200ms\"\nlimit = 1").RunAsync();
        run.ExpectTempFailed("rate of joe unknown").ExpectLog(LogLevel.Warning, "Redis does not answer");
    }

    [Theory]
    [InlineData("", "limit")]
    [InlineData("limit = 0", "limit: expected a whole number from 1")]
    [InlineData("limit = 1\ntag_field = \"a b\"", "tag_field")]
    public async Task Wrong_settings_are_refused_at_start(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<RateLimitPlugin>(settings).RunAsync());
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    private static FilterTest Limited(string settings) => FilterTest.For<RateLimitPlugin>(settings).Authenticated("joe");

    private static string Redis(RedisServer redis) => $"redis = [\"{redis.Address}\"]\nredis_password = {{ file = \"{redis.PasswordFile}\" }}\nredis_timeout = \"5s\"\n";

    // One sign a message: passed or refused.
    private static string Answers(IEnumerable<FilterRun> runs) => string.Concat(runs.Select(run => run.Verdict is VerdictKind.Continue ? '.' : 'x'));
}
