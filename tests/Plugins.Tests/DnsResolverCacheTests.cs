using FilterHost.Dns;
using Microsoft.Extensions.Time.Testing;
using Query = FilterHost.Plugins.Tests.DnsResolverResponder.Query;

namespace FilterHost.Plugins.Tests;

/// <summary>What is remembered, how long, and what is asked once only.</summary>
public sealed class DnsResolverCacheTests
{
    private static readonly DomainName Name = DomainName.Parse("a.example");

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_time_to_live_of_a_remembered_answer_counts_down_and_it_expires()
    {
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync(server);
        Assert.Equal(60, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(20, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(1, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        Assert.Equal(1, server.Questions);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(60, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task The_settings_bound_how_long_answers_are_remembered()
    {
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(uint.MaxValue >> 1, (byte)'x')));
        await using var plugins = await BuildAsync(server, "maximum_time_to_live = \"10s\"");
        Assert.Equal(10, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(10));
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0x80000000, 0)]
    public async Task A_time_to_live_of_zero_or_with_the_highest_bit_is_not_remembered(uint timeToLive, int seconds)
    {
        // RFC 2181 §8: "If the value is received with the most significant bit set, it should be treated as zero."
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(timeToLive, (byte)'x')));
        await using var plugins = await BuildAsync(server);
        Assert.Equal(seconds, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Theory]
    [InlineData(0x8183, 300, 30, 30)]
    [InlineData(0x8183, 30, 300, 30)]
    [InlineData(0x8180, 300, 30, 30)]
    [InlineData(0x8180, 86400, 86400, 300)]
    public async Task Absence_is_remembered_as_long_as_the_SOA_record_says_and_the_settings_allow(int flags, uint timeToLive, uint minimum, int seconds)
    {
        // RFC 2308 §5: the lesser of the MINIMUM field and the record's own time to live.
        using var server = new DnsResolverResponder(query => query.Reply((ushort)flags, [], [Query.StartOfAuthority(timeToLive, minimum)], []));
        await using var plugins = await BuildAsync(server);
        Assert.Equal(seconds, (await AskAsync(plugins)).TimeToLive.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        await AskAsync(plugins);
        Assert.Equal(1, server.Questions);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task Absence_without_a_SOA_record_is_not_remembered()
    {
        // RFC 2308 §5: "Negative responses without SOA records SHOULD NOT be cached".
        using var server = new DnsResolverResponder(query => query.Reply(0x8183));
        await using var plugins = await BuildAsync(server);
        await AskAsync(plugins);
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("timeout = \"1s\"")]
    public async Task A_failure_is_remembered_for_five_seconds(string silent)
    {
        // RFC 9520 §3.2.
        using var server = new DnsResolverResponder(query => silent.Length > 0 ? null : query.Reply(0x8182));
        await using var plugins = await BuildAsync(server, $"attempts = 1\n{silent}");
        Assert.True((await AskAsync(plugins)).IsTemporary);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.True((await AskAsync(plugins)).IsTemporary);
        Assert.Equal(1, server.Questions);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task The_least_recently_used_answer_goes_first()
    {
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync(server, "cache_entries = 2");
        await AskAsync(plugins, "a.example");
        await AskAsync(plugins, "b.example");
        await AskAsync(plugins, "a.example");
        await AskAsync(plugins, "c.example");
        Assert.Equal(3, server.Questions);
        await AskAsync(plugins, "a.example");
        Assert.Equal(3, server.Questions);
        await AskAsync(plugins, "b.example");
        Assert.Equal(4, server.Questions);
    }

    [Fact]
    public async Task A_long_answer_counts_as_many()
    {
        // Three kilobytes of text are more than two entries may hold.
        var text = Query.Record(null, 16, 60, [.. Enumerable.Repeat((byte[])[250, .. new byte[250]], 12).SelectMany(value => value)]);
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, query.Octets[13] == 'l' ? text : Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync(server, "cache_entries = 2");
        await AskAsync(plugins, "a.example");
        await AskAsync(plugins, "l.example");
        await AskAsync(plugins, "l.example");
        Assert.Equal(3, server.Questions);
    }

    [Fact]
    public async Task No_entries_means_that_each_question_is_asked()
    {
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync(server, "cache_entries = 0");
        await AskAsync(plugins);
        await AskAsync(plugins);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task The_types_of_a_name_are_remembered_apart()
    {
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync(server);
        await AskAsync(plugins);
        Assert.Equal(DnsOutcome.NoData, (await plugins.Service<IDnsResolver>().ResolveAsync(Name, DnsRecordType.A, Cancel)).Outcome);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task One_question_is_in_flight_and_a_caller_that_gives_up_leaves_it_to_the_others()
    {
        var release = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var server = new DnsResolverResponder(query =>
        {
            asked.TrySetResult();
            release.Task.Wait(Cancel);
            return query.Reply(Query.NoError, Query.Text(60, (byte)'x'));
        });
        await using var plugins = await BuildAsync(server, "timeout = \"30s\"");
        var resolver = plugins.Service<IDnsResolver>();
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var first = resolver.ResolveAsync(Name, DnsRecordType.Txt, impatient.Token).AsTask();
        var second = resolver.ResolveAsync(Name, DnsRecordType.Txt, Cancel).AsTask();
        await asked.Task.WaitAsync(Cancel);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        Assert.Equal(DnsOutcome.Records, (await second).Outcome);
        Assert.Equal(1, server.Questions);
    }

    private static async Task<DnsAnswer> AskAsync(LoadedPlugins plugins, string name = "a.example") =>
        await plugins.Service<IDnsResolver>().ResolveAsync(DomainName.Parse(name), DnsRecordType.Txt, Cancel);

    private Task<LoadedPlugins> BuildAsync(DnsResolverResponder server, string more = "") =>
        new LoadedPlugins().BuildAsync($"[service.dns]\nplugin = \"DnsResolver\"\nservers = [\"{server.EndPoint}\"]\n{more}", time: _time);
}
