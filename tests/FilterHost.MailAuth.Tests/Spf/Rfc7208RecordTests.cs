namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>RFC 7208 §3 to §6 where the suite is silent.</summary>
public sealed class Rfc7208RecordTests
{
    [Theory]
    [InlineData("v=spf1 ip4:192.0.2.1 -all", "pass", "ip4:192.0.2.1", 0)]
    [InlineData("v=spf1 ip4:192.0.2.0/24 -all", "pass", "ip4:192.0.2.0/24", 8)]
    [InlineData("v=spf1 +ip4:0.0.0.0/0", "pass", "ip4:0.0.0.0/0", 32)]
    [InlineData("v=spf1 a:host.example.com/25 -all", "pass", "a:host.example.com/25", 7)]
    [InlineData("v=spf1 mx/31 -all", "pass", "mx/31", 1)]
    [InlineData("v=spf1 -all", "fail", "all", 32)]
    [InlineData("v=spf1 +all", "pass", "all", 32)]
    [InlineData("v=spf1 exists:host.example.com -all", "pass", "exists:host.example.com", 32)]
    [InlineData("v=spf1 exists:%{i}.list.example.com -all", "pass", "exists:%{i}.list.example.com", null)]
    [InlineData("v=spf1 ptr -all", "pass", "ptr", null)]
    [InlineData("v=spf1 include:wide.example.com -all", "pass", "include:wide.example.com", 16)]
    [InlineData("v=spf1 redirect=wide.example.com", "pass", "ip4:192.0.0.0/16", 16)]
    [InlineData("v=spf1 ?ip4:192.0.2.0/30", "neutral", "ip4:192.0.2.0/30", 2)]
    [InlineData("v=spf1", "neutral", null, null)]
    public async Task A_result_says_which_mechanism_matched_and_how_wide_it_is(string record, string word, string? mechanism, int? width)
    {
        var result = await Evaluating.RecordAsync(record, Evaluating.Client, "host.example.com A 192.0.2.1", "example.com MX host.example.com", "192.0.2.1.list.example.com A 127.0.0.2",
            "1.2.0.192.in-addr.arpa PTR host.example.com", "wide.example.com TXT v=spf1 ip4:192.0.0.0/16");
        Assert.Equal((word, mechanism, width), (result.Word, result.Mechanism, result.MatchWidth));
    }

    [Theory]
    [InlineData("v=spf1 ip6:2001:db8::/32", 96)]
    [InlineData("v=spf1 a:host.example.com//64", 64)]
    [InlineData("v=spf1 all", 128)]
    public async Task The_width_of_an_IPv6_match_is_out_of_128_bits(string record, int width) =>
        Assert.Equal(width, (await Evaluating.RecordAsync(record, "2001:db8::5", "host.example.com AAAA 2001:db8::1")).MatchWidth);

    [Theory]
    [InlineData("ip4:192.0.02.1")]
    [InlineData("ip4:192.0.2")]
    [InlineData("ip4:0xc0.0.2.1")]
    [InlineData("ip4:192.0.2.1/024")]
    [InlineData("ip4:192.0.2.1/99999999999999999999")]
    [InlineData("ip6:[2001:db8::1]")]
    [InlineData("ip6:fe80::1%1")]
    [InlineData("ip6:192.0.2.1")]
    [InlineData("ip6:2001:db8::/129")]
    [InlineData("a:example.com/33")]
    [InlineData("a:example.com//129")]
    [InlineData("a:example.com/24/64")]
    [InlineData("a:/24")]
    [InlineData("0")]
    [InlineData("All,A")]
    [InlineData("exists:%{d0}.example.com")]
    [InlineData("exists:%{c}.example.com")]
    [InlineData("exists:%{dr1}.example.com")]
    [InlineData("exists:%{d")]
    [InlineData("exists:%")]
    [InlineData("x=%{q}")]
    [InlineData("redirect=a.example.com redirect=a.example.com")]
    [InlineData("exp=a.example.com EXP=a.example.com")]
    [InlineData("a:caf\u00e9.example.com")]
    [InlineData("a\t-all")]
    public async Task A_syntax_error_anywhere_is_permerror_before_anything_is_asked(string term)
    {
        var zone = SpfZone.Of($"example.com TXT v=spf1 a:host.example.com ip4:192.0.2.1 {term}");
        Assert.Equal("permerror", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal(["TXT example.com"], zone.Questions);
    }

    [Theory]
    [InlineData("v=spf1 A:HOST.example.com/32 -ALL")]
    [InlineData("v=spf1 a:host.example.com//64 -all")]
    [InlineData("v=spf1 a:host.example.com. -all")]
    [InlineData("v=spf1 unknown.one-2_x=a:b/%{d} a:host.example.com -all")]
    [InlineData("v=spf1 exists:a/24/b:c.example.com -all")]
    [InlineData("v=spf1 a:%{o1R}host.example.com a:host.%{d2} -all")]
    public async Task Names_are_case_insensitive_and_odd_but_good_syntax_is_taken(string record) =>
        Assert.Equal("pass", (await Evaluating.RecordAsync(record, Evaluating.Client, "host.example.com A 192.0.2.1", "a/24/b:c.example.com A 127.0.0.2")).Word);

    [Fact]
    public async Task IPv4_mapped_clients_are_IPv4()
    {
        Assert.Equal("pass", (await Evaluating.RecordAsync("v=spf1 ip4:192.0.2.1 -all", "::ffff:192.0.2.1")).Word);
        Assert.Equal("fail", (await Evaluating.RecordAsync("v=spf1 ip6:::ffff:192.0.2.1 -all", "::ffff:192.0.2.1")).Word);
    }

    [Fact]
    public async Task The_null_MX_matches_nothing()
    {
        var zone = SpfZone.Of("example.com TXT v=spf1 mx -all", "example.com MX .");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone)).Result.Word);
    }

    [Theory]
    [InlineData("v=spf1 include:missing.example.com all", "permerror")]
    [InlineData("v=spf1 redirect=missing.example.com", "permerror")]
    [InlineData("v=spf1 include:localhost. all", "permerror")]
    [InlineData("v=spf1 include:bad.example.com all", "permerror")]
    [InlineData("v=spf1 include:slow.example.com all", "temperror")]
    [InlineData("v=spf1 redirect=slow.example.com", "temperror")]
    [InlineData("v=spf1 include:no.example.com all", "pass")]
    [InlineData("v=spf1 -include:no.example.com ~all", "softfail")]
    [InlineData("v=spf1 redirect=no.example.com all", "pass")]
    public async Task Include_and_redirect_follow_the_tables_of_5_2_and_6_1(string record, string word) =>
        Assert.Equal(word, (await Evaluating.RecordAsync(record, Evaluating.Client, "no.example.com TXT v=spf1 -all", "bad.example.com TXT v=spf1 moo", "slow.example.com FAIL Timeout")).Word);

    [Theory]
    [InlineData("Timeout", "temperror")]
    [InlineData("ServerFailure", "temperror")]
    [InlineData("BudgetSpent", "temperror")]
    [InlineData("NxDomain", "none")]
    public async Task What_DNS_does_not_tell_is_temperror(string outcome, string word) =>
        Assert.Equal(word, (await Evaluating.MailFromAsync(SpfZone.Of($"example.com FAIL {outcome}"))).Result.Word);

    [Theory]
    [InlineData("v=spf1 a:other.example.com all")]
    [InlineData("v=spf1 mx:other.example.com all")]
    [InlineData("v=spf1 exists:other.example.com all")]
    public async Task A_mechanism_that_cannot_be_looked_up_is_temperror(string record) =>
        Assert.Equal("temperror", (await Evaluating.RecordAsync(record, Evaluating.Client, "other.example.com FAIL ServerFailure")).Word);

    [Theory]
    [InlineData("1.2.0.192.in-addr.arpa FAIL Timeout", "fail")]
    [InlineData("1.2.0.192.in-addr.arpa FAIL BudgetSpent", "temperror")]
    public async Task Where_the_names_of_the_client_cannot_be_looked_up_ptr_does_not_match_unless_the_budget_is_spent(string line, string word) =>
        Assert.Equal(word, (await Evaluating.RecordAsync("v=spf1 ptr -all", Evaluating.Client, line)).Word);

    [Theory]
    [InlineData("Timeout", "pass")]
    [InlineData("BudgetSpent", "temperror")]
    public async Task A_name_of_the_client_that_cannot_be_looked_up_is_skipped_unless_the_budget_is_spent(string outcome, string word) =>
        Assert.Equal(word, (await Evaluating.RecordAsync("v=spf1 ptr -all", Evaluating.Client, "1.2.0.192.in-addr.arpa PTR one.example.com", "1.2.0.192.in-addr.arpa PTR two.example.com",
            $"one.example.com FAIL {outcome}", "two.example.com A 192.0.2.1")).Word);

    [Fact]
    public async Task Only_names_below_the_target_are_looked_up_for_ptr()
    {
        var zone = SpfZone.Of("example.com TXT v=spf1 ptr -all", "1.2.0.192.in-addr.arpa PTR notexample.com", "1.2.0.192.in-addr.arpa PTR example.com.evil.test");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone)).Result.Word);
        Assert.Equal(["TXT example.com", "PTR 1.2.0.192.in-addr.arpa"], zone.Questions);
    }
}
