using System.Text;
using FilterHost.Dns;
using Query = FilterHost.Plugins.Tests.DnsResolverResponder.Query;

namespace FilterHost.Plugins.Tests;

/// <summary>What comes of a server's replies.</summary>
public sealed class DnsResolverTests
{
    private static readonly DomainName Name = DomainName.Parse("a.example");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task A_server_that_fails_or_refuses_is_a_server_failure(int code)
    {
        var answer = await AskAsync(query => query.Reply((ushort)(Query.NoError | code)));
        Assert.Equal((DnsOutcome.ServerFailure, DnsSecurity.Unknown), (answer.Outcome, answer.Security));
    }

    [Fact]
    public async Task What_is_no_answer_is_a_server_failure()
    {
        // One record is announced and none is there.
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(query => [.. query.Reply(Query.NoError)[..7], 1, .. query.Reply(Query.NoError)[8..]])).Outcome);
    }

    [Fact]
    public async Task A_referral_is_no_absence()
    {
        // RFC 2308 §2.2: name servers in the authority section, without the SOA record, only point elsewhere.
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(query => query.Reply(0x8100, [], [Query.Record("example", 2, 60, Query.Name("ns.example"))], []))).Outcome);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_a_timeout_within_the_time_of_the_settings()
    {
        using var server = new DnsResolverResponder(_ => null);
        await using var plugins = await BuildAsync("timeout = \"1s\"\nattempts = 2", server);
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(DnsOutcome.Timeout, (await AskAsync(plugins)).Outcome);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 1900, 20_000);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task A_server_that_is_silent_over_TCP_is_a_timeout()
    {
        using var server = new DnsResolverResponder(query => query.IsTcp ? null : query.Reply(Query.Truncated));
        await using var plugins = await BuildAsync("timeout = \"200ms\"\nattempts = 1", server);
        Assert.Equal(DnsOutcome.Timeout, (await AskAsync(plugins)).Outcome);
    }

    [Fact]
    public async Task What_is_cut_over_UDP_is_asked_again_over_TCP()
    {
        var octets = Enumerable.Range(0, 250).Select(octet => (byte)octet).ToArray();
        var text = Query.Record(null, 16, 60, [.. Enumerable.Repeat((byte[])[250, .. octets], 200).SelectMany(value => value)]);
        var answer = await AskAsync(query => query.IsTcp ? query.Reply(Query.NoError, text) : query.Reply(Query.Truncated));
        Assert.Equal(Enumerable.Repeat(octets, 200).SelectMany(value => value), TextOf(answer));
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("failing")]
    [InlineData("answering something else")]
    public async Task The_next_server_is_asked_where_one_does_not_answer(string first)
    {
        using var bad = new DnsResolverResponder(query => first switch
        {
            "silent" => null,
            "failing" => query.Reply(0x8182),
            _ => Renamed(query.Reply(Query.NoError, Query.Text(60, (byte)'n'))),
        });
        using var good = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync("timeout = \"2s\"\nattempts = 5", bad, good);
        Assert.Equal("x"u8.ToArray(), TextOf(await AskAsync(plugins)));
    }

    [Fact]
    public async Task A_silent_server_is_tried_again_only_after_the_others()
    {
        using var silent = new DnsResolverResponder(_ => null);
        using var good = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync("timeout = \"2s\"\nattempts = 5", silent, good);
        Assert.Equal(DnsOutcome.Records, (await AskAsync(plugins)).Outcome);
        Assert.Equal(1, silent.Questions);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("type")]
    [InlineData("class")]
    [InlineData("count")]
    public async Task A_reply_to_another_question_is_not_accepted(string difference)
    {
        // RFC 5452 §9.1: the question section of the reply must be equal to that of the query.
        var answer = await AskAsync(query =>
        {
            var reply = query.Reply(Query.NoError, Query.Text(60, (byte)'x'));
            if (difference == "count")
                return [.. reply[..5], 0, .. reply[6..12], .. Query.Record("a.example", 16, 60, 1, (byte)'x')];
            var end = 12 + Query.Name("a.example").Length;
            reply[difference switch { "name" => 13, "type" => end + 1, _ => end + 3 }]++;
            return reply;
        });
        Assert.Equal((DnsOutcome.ServerFailure, 0), (answer.Outcome, answer.Records.Count));
    }

    [Fact]
    public async Task The_case_of_the_name_in_a_reply_does_not_matter()
    {
        // RFC 4343 §3.
        var answer = await AskAsync(query =>
        {
            var reply = query.Reply(Query.NoError, Query.Record("A.eXample", 16, 60, 1, (byte)'x'));
            reply[13] = (byte)'A';
            return reply;
        });
        Assert.Equal("x"u8.ToArray(), TextOf(answer));
    }

    [Fact]
    public async Task A_reply_with_another_id_is_not_accepted() =>
        Assert.True((await AskAsync(query => [(byte)(query.Octets[0] + 1), .. query.Reply(Query.NoError, Query.Text(60, (byte)'x'))[1..]])).IsTemporary);

    [Theory]
    [InlineData(0x0100)]
    [InlineData(0xA180)]
    public async Task A_message_that_is_no_reply_to_a_query_is_not_accepted(int flags) =>
        // RFC 1035 §4.1.1: QR says that it is a reply, OPCODE to what.
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(query => query.Reply((ushort)flags, Query.Text(60, (byte)'x')))).Outcome);

    [Fact]
    public async Task An_extended_response_code_is_a_server_failure() =>
        // RFC 6891 §6.1.3: BADVERS, whose lower bits say no error.
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(query => query.Reply(Query.NoError, [], [], [[0, 0, 41, 0x04, 0xD0, 1, 0, 0, 0, 0, 0]]))).Outcome);

    [Fact]
    public async Task Records_of_other_names_and_types_are_not_the_answer()
    {
        var answer = await AskAsync(query => query.Reply(
            Query.NoError, Query.Record("b.example", 16, 60, 1, (byte)'b'), Query.Record(null, 99, 60, 1, (byte)'s'), Query.Text(60, (byte)'x')));
        Assert.Equal("x"u8.ToArray(), TextOf(answer));
    }

    [Fact]
    public async Task No_malformed_reply_throws()
    {
        byte[]? reply = null;
        using var server = new DnsResolverResponder(query => reply is null ? null : [.. query.Octets[..2], .. reply[2..]]);
        await using var plugins = await BuildAsync("timeout = \"100ms\"\nattempts = 1\ncache_entries = 0", server);
        var outcomes = new HashSet<DnsOutcome>();
        foreach (var malformed in MalformedReplies())
        {
            reply = malformed;
            outcomes.Add((await AskAsync(plugins)).Outcome);
        }
        Assert.Subset(new HashSet<DnsOutcome> { DnsOutcome.ServerFailure, DnsOutcome.Timeout, DnsOutcome.NoData }, outcomes);
    }

    [Fact]
    public async Task Every_octet_of_a_text_record_survives()
    {
        var octets = Enumerable.Range(0, 256).Select(octet => (byte)octet).ToArray();
        byte[] data = [200, .. octets[..200], 56, .. octets[200..]];
        Assert.Equal(octets, TextOf(await AskAsync(query => query.Reply(Query.NoError, Query.Record(null, 16, 60, data)))));
    }

    [Theory]
    [InlineData(@"v=DKIM1; n=\200 \; ""quoted"" \")]
    [InlineData("v=DKIM1; n=größe")]
    public async Task Backslashes_digits_and_quotation_marks_of_a_text_record_are_text(string text)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        Assert.Equal(octets, TextOf(await AskAsync(query => query.Reply(Query.NoError, Query.Text(60, octets)))));
    }

    [Fact]
    public async Task Aliases_are_followed_to_the_canonical_name()
    {
        var answer = await AskAsync(query => query.Reply(
            Query.NoError, Query.Alias(null, "b.example", 300), Query.Alias("b.example", "c.example", 20), Query.Record("c.example", 16, 60, 1, (byte)'x')));
        Assert.Equal("x"u8.ToArray(), TextOf(answer));
        Assert.Equal(("c.example", TimeSpan.FromSeconds(20)), (answer.CanonicalName?.ToString(), answer.TimeToLive));
    }

    [Fact]
    public async Task An_alias_to_a_name_that_does_not_exist_exists_itself()
    {
        var answer = await AskAsync(query => query.Reply(0x8183, Query.Alias(null, "b.example")));
        Assert.Equal((DnsOutcome.NxDomain, "b.example", true), (answer.Outcome, answer.CanonicalName?.ToString(), answer.NameExists));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Aliases_without_an_end_are_a_server_failure(int length)
    {
        var names = Enumerable.Range(0, length).Select(i => i == 0 ? "a.example" : $"n{i}.example").ToArray();
        var aliases = names.Select((name, i) => Query.Alias(name, names[(i + 1) % length])).ToArray();
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(query => query.Reply(Query.NoError, aliases))).Outcome);
    }

    [Fact]
    public async Task A_trusted_server_is_asked_whether_it_validated()
    {
        // RFC 6840 §5.7: the server sets AD only for who sets AD or DO.
        Func<Query, byte[]> answer = query => query.Reply(query.AsksForAuthenticity ? Query.Authenticated : Query.NoError, Query.Text(60, (byte)'x'));
        Assert.Equal(DnsSecurity.Secure, (await AskAsync(answer, "trusted = true")).Security);
        Assert.Equal(DnsSecurity.Unknown, (await AskAsync(answer)).Security);
    }

    [Fact]
    public async Task Authenticity_counts_only_from_trusted_servers() =>
        Assert.Equal(DnsSecurity.Unknown, (await AskAsync(query => query.Reply(Query.Authenticated, Query.Text(60, (byte)'x')))).Security);

    [Theory]
    [InlineData(6, true, DnsSecurity.Bogus)]
    [InlineData(7, true, DnsSecurity.Bogus)]
    [InlineData(12, true, DnsSecurity.Bogus)]
    [InlineData(6, false, DnsSecurity.Unknown)]
    [InlineData(5, true, DnsSecurity.Unknown)]
    [InlineData(22, true, DnsSecurity.Unknown)]
    public async Task A_trusted_server_says_that_an_answer_is_bogus(int code, bool trusted, DnsSecurity security)
    {
        // RFC 8914 §4.
        var answer = await AskAsync(query => query.Reply(0x8182, [], [], [Query.ExtendedError((ushort)code)]), $"trusted = {(trusted ? "true" : "false")}");
        Assert.Equal((DnsOutcome.ServerFailure, security), (answer.Outcome, answer.Security));
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 15, 0 })]
    [InlineData(new byte[] { 0, 15, 0, 1, 6 })]
    [InlineData(new byte[] { 0, 15, 0, 9, 0, 6 })]
    [InlineData(new byte[] { 0, 3, 0, 2, 0, 6 })]
    public async Task A_malformed_extended_error_says_nothing(byte[] option)
    {
        var answer = await AskAsync(query => query.Reply(0x8182, [], [], [[0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, (byte)option.Length, .. option]]), "trusted = true");
        Assert.Equal((DnsOutcome.ServerFailure, DnsSecurity.Unknown), (answer.Outcome, answer.Security));
    }

    [Fact]
    public async Task An_extended_error_is_found_behind_other_options()
    {
        var answer = await AskAsync(query => query.Reply(0x8182, [], [], [[0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 11, 0, 3, 0, 1, 9, 0, 15, 0, 2, 0, 6]]), "trusted = true");
        Assert.Equal(DnsSecurity.Bogus, answer.Security);
    }

    [Fact]
    public async Task What_one_server_finds_bogus_no_other_is_asked()
    {
        using var validating = new DnsResolverResponder(query => query.Reply(0x8182, [], [], [Query.ExtendedError(6)]));
        using var other = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Text(60, (byte)'x')));
        await using var plugins = await BuildAsync("trusted = true", validating, other);
        Assert.Equal(DnsSecurity.Bogus, (await AskAsync(plugins)).Security);
        Assert.Equal((1, 0), (validating.Questions, other.Questions));
    }

    [Theory]
    [InlineData(1, "127.0.0.1")]
    [InlineData(28, "2001:db8::1")]
    public async Task Addresses_come_as_they_are(ushort type, string address)
    {
        var octets = System.Net.IPAddress.Parse(address).GetAddressBytes();
        using var server = new DnsResolverResponder(query => query.Reply(Query.NoError, Query.Record(null, type, 60, octets)));
        await using var plugins = await BuildAsync("", server);
        var answer = await plugins.Service<IDnsResolver>().ResolveAsync(Name, (DnsRecordType)type, Cancel);
        Assert.Equal(address, Assert.IsType<DnsRecord.Address>(Assert.Single(answer.Records)).Value.ToString());
    }

    private static byte[] TextOf(DnsAnswer answer) => Assert.IsType<DnsRecord.Text>(Assert.Single(answer.Records)).Value.ToArray();

    private static byte[] Renamed(byte[] reply)
    {
        reply[13] = (byte)'z';
        return reply;
    }

    private static IEnumerable<byte[]> MalformedReplies()
    {
        byte[] head = [0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        byte[] question = [.. Query.Name("a.example"), 0, 16, 0, 1];
        byte[] whole = [.. head, .. question, .. Query.Text(60, 1, 2, 3), .. Query.ExtendedError(6)];
        for (var length = 2; length < head.Length + question.Length + Query.Text(60, 1, 2, 3).Length; length++)
            yield return whole[..length];
        var at = (byte)(head.Length + question.Length);
        // Names that point at themselves, at each other, forward, beyond the end; a label of a length that is none (RFC 1035 §4.1.4).
        foreach (byte[] name in (byte[][])[[0xC0, at], [0xC0, (byte)(at + 2), 0xC0, at], [1, (byte)'a', 0xC0, at], [0xFF, 0xFF], [0xC0, 0xFE], [0x40, 0], [0x80, 1], [63, 1]])
            yield return [.. head, .. question, .. name, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 65];
        // A name within the data that does the same.
        foreach (ushort type in (ushort[])[2, 5, 6, 12, 15, 33, 46, 47])
            yield return [.. head, .. question, .. Query.Record(null, type, 60, [0, 0, 0xC0, (byte)(at + 14), 0xC0, (byte)(at + 12)])];
        // Lengths and counts that lie.
        yield return [.. head, .. question, .. Query.Record(null, 16, 60, [255, 1])];
        yield return [.. head, .. question, .. Query.Record(null, 1, 60, [1])];
        yield return [.. head, .. question, 0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF, 1, 65];
        yield return [.. head[..4], 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. question];
        // The same question again: no reply.
        yield return [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question];
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var garbage = new byte[random.Next(12, 300)];
            random.NextBytes(garbage);
            yield return i % 2 == 0 ? garbage : [.. head, .. question, .. garbage];
        }
    }

    private static async Task<DnsAnswer> AskAsync(Func<Query, byte[]?> answer, string more = "")
    {
        using var server = new DnsResolverResponder(answer);
        await using var plugins = await BuildAsync($"timeout = \"20s\"\nattempts = 1\n{more}", server);
        return await AskAsync(plugins);
    }

    private static async Task<DnsAnswer> AskAsync(LoadedPlugins plugins) =>
        await plugins.Service<IDnsResolver>().ResolveAsync(Name, DnsRecordType.Txt, Cancel);

    private static Task<LoadedPlugins> BuildAsync(string more, params DnsResolverResponder[] servers) =>
        new LoadedPlugins().BuildAsync($"[service.dns]\nplugin = \"DnsResolver\"\nservers = [{string.Join(", ", servers.Select(server => $"\"{server.EndPoint}\""))}]\n{more}");
}
