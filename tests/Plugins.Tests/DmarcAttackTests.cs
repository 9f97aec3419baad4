using System.Text;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>Attacks on who wrote a message, each by its name in "Composition Kills" (Chen, Paxson, Jiang, USENIX Security 2020) or by what it is. The attacker has passes of SPF and DKIM for domains of his own.</summary>
public sealed class DmarcAttackTests
{
    private const string Zone = """
        _dmarc.victim.example. TXT "v=DMARC1; p=reject; np=reject"
        victim.example. A 192.0.2.7
        _dmarc.attack.example. TXT "v=DMARC1; p=none"
        """;

    private static readonly AuthenticationResult[] Attackers = [DmarcTests.Spf("attack.example"), DmarcTests.Dkim("attack.example")];

    // Identity confusion between SPF, DKIM and DMARC.

    [Theory]
    [InlineData(SpfOutcome.None)]
    [InlineData(SpfOutcome.Neutral)]
    [InlineData(SpfOutcome.PermError)]
    public async Task A1_SPF_none_for_a_subdomain_of_the_victim_that_does_not_exist_is_no_pass(SpfOutcome outcome)
    {
        AuthenticationResult[] results = [DmarcTests.Spf("gone.victim.example", outcome), DmarcTests.Spf("victim.example") with { Identity = SpfIdentity.Helo }, DmarcTests.Dkim("attack.example")];
        await AssertRefusedAsync("a@victim.example", results);
    }

    [Fact]
    public async Task A1_np_applies_to_an_author_domain_that_does_not_exist()
    {
        var result = DmarcTests.Dmarc(await Test("From: a@gone.victim.example\r\n", Attackers).RunAsync());
        Assert.Equal((DmarcOutcome.Fail, DmarcPolicy.Reject), (result.Outcome, result.Policy));
    }

    [Fact]
    public async Task A2_a_MAIL_FROM_that_does_not_parse_gives_no_identifier()
    {
        AuthenticationResult[] results = [new SpfResult { Outcome = SpfOutcome.Pass, Identity = SpfIdentity.MailFrom, Mailbox = "(any@victim.example" }, DmarcTests.Dkim("attack.example")];
        await AssertRefusedAsync("a@victim.example", results);
    }

    [Fact]
    public async Task A_pass_of_the_HELO_name_is_not_one_of_MAIL_FROM() =>
        await AssertRefusedAsync("a@victim.example", [DmarcTests.Spf("victim.example") with { Identity = SpfIdentity.Helo }, DmarcTests.Dkim("attack.example")]);

    [Fact]
    public async Task A_result_read_from_a_field_counts_only_for_the_reverse_path_of_this_message()
    {
        AuthenticationResult[] results = [DmarcTests.Spf("victim.example") with { Provenance = ResultProvenance.Field }, DmarcTests.Dkim("attack.example")];
        await AssertRefusedAsync("a@victim.example", results);
        Assert.Equal(DmarcOutcome.Pass, DmarcTests.Dmarc(await Test("From: a@victim.example\r\n", results).From("b@victim.example").RunAsync()).Outcome);
    }

    [Theory]
    [InlineData("evilvictim.example")]
    [InlineData("victim.example.attack.example")]
    [InlineData("example")]
    public async Task Relaxed_alignment_goes_by_whole_labels(string domain) => await AssertRefusedAsync("a@victim.example", [DmarcTests.Spf(domain), DmarcTests.Dkim(domain)]);

    [Theory]
    [InlineData("VICTIM.example")]
    [InlineData("victim.example.")]
    [InlineData("victim。example")]
    public async Task Spellings_of_one_domain_are_equal(string domain) =>
        Assert.Equal(DmarcOutcome.Pass, DmarcTests.Dmarc(await Test("From: a@victim.example\r\n", [DmarcTests.Spf("attack.example"), DmarcTests.Dkim(domain)]).RunAsync()).Outcome);

    [Fact]
    public async Task The_user_identifier_of_a_signature_is_not_used_for_alignment() =>
        await AssertRefusedAsync("a@victim.example", [DmarcTests.Spf("attack.example"), DmarcTests.Dkim("attack.example") with { UserIdentifier = "@victim.example" }]);

    // From ambiguity.

    [Theory]
    [InlineData("A8 two From fields", "From: a@victim.example\r\nFrom: b@attack.example\r\n")]
    [InlineData("A8 two From fields, the other way round", "From: b@attack.example\r\nFrom: a@victim.example\r\n")]
    [InlineData("A9 a field with white space before it", "From: b@attack.example\r\nSubject: x\r\n From: a@victim.example\r\nFrom: a@victim.example\r\n")]
    [InlineData("A10 white space before the colon", "From : a@victim.example\r\nFrom: b@attack.example\r\n")]
    [InlineData("A10 a tab before the colon", "From: b@attack.example\r\nFROM\t: a@victim.example\r\n")]
    [InlineData("A12 Sender of the attacker, no From", "Sender: b@attack.example\r\n")]
    [InlineData("A13 Resent-From of the attacker, no From", "Resent-From: b@attack.example\r\n")]
    [InlineData("A13 Resent-From beside an empty From", "From: \r\nResent-From: b@attack.example\r\n")]
    [InlineData("A14 several addresses", "From: a@victim.example, b@attack.example\r\n")]
    [InlineData("A14 several addresses, the other way round", "From: b@attack.example, a@victim.example\r\n")]
    [InlineData("A15 base64 before a comma", "From: YUB2aWN0aW0uZXhhbXBsZQ==,<b@attack.example>\r\n")]
    [InlineData("A15 an encoded word before an address", "From: =?utf-8?B?YUB2aWN0aW0uZXhhbXBsZQ==?=,<b@attack.example>\r\n")]
    [InlineData("A16 a source route", "From: <@attack.example,@any.example:a@victim.example>\r\n")]
    [InlineData("A17 a quoted pair before a comma", "From: a@victim.example\\,<b@attack.example>\r\n")]
    [InlineData("A18 unquoted specials", "From: a@victim.example<b@attack.example>\r\n")]
    [InlineData("A19 brackets and more", "From: <b@attack.example>a@victim.example\r\n")]
    [InlineData("A19 brackets and more, the other way round", "From: <a@victim.example>b@attack.example\r\n")]
    [InlineData("an empty group", "From: b@attack.example:;\r\n")]
    [InlineData("a group of both", "From: G: b@attack.example, a@victim.example;\r\n")]
    [InlineData("no From at all", "Subject: x\r\n")]
    [InlineData("NUL in the domain", "From: b@attack.example\0.victim.example\r\n")]
    public async Task Mail_without_exactly_one_author_domain_never_passes_and_is_refused_where_asked(string name, string fields)
    {
        Assert.NotEmpty(name);
        var result = DmarcTests.Dmarc(await Test(fields, Attackers).RunAsync());
        Assert.Equal((DmarcOutcome.Fail, null), (result.Outcome, result.AuthorDomain));
        Assert.Equal(VerdictKind.Reject, (await Test(fields, Attackers, "on_from_anomaly = \"reject\"").RunAsync()).Verdict);
        // CVE-2021-34555, CVE-2019-16378: nor does the victim's own pass help.
        Assert.Equal(DmarcOutcome.Fail, DmarcTests.Dmarc(await Test(fields, [DmarcTests.Spf("victim.example"), DmarcTests.Dkim("victim.example")]).RunAsync()).Outcome);
    }

    [Theory]
    [InlineData("A11 a fold before the colon is no field of that name", "From\r\n : b@attack.example\r\nFrom: a@victim.example\r\n")]
    [InlineData("a display name with an address", "From: \"b@attack.example\" <a@victim.example>\r\n")]
    [InlineData("an encoded display name with an address", "From: =?utf-8?Q?b=40attack.example?= <a@victim.example>\r\n")]
    [InlineData("a comment with an address", "From: (b@attack.example) a@victim.example (<b@attack.example>)\r\n")]
    [InlineData("A12 Sender of the attacker beside From", "Sender: b@attack.example\r\nFrom: a@victim.example\r\n")]
    [InlineData("A13 Resent-From of the attacker beside From", "Resent-From: b@attack.example\r\nFrom: a@victim.example\r\n")]
    [InlineData("a group of one", "From: b@attack.example.com: a@victim.example;\r\n")]
    public async Task Nothing_but_From_says_who_the_author_is(string name, string fields)
    {
        Assert.NotEmpty(name);
        Assert.Equal(DmarcOutcome.Fail, DmarcTests.Dmarc(await Test(fields, Attackers).RunAsync()).Outcome);
    }

    [Theory]
    [InlineData("comments, 100 deep")]
    [InlineData("comments, 100000 deep")]
    [InlineData("a display name of nearly a megabyte")]
    [InlineData("addresses, 20000")]
    [InlineData("groups, 20000")]
    [InlineData("quotes, 200000")]
    public async Task A_huge_From_is_read_in_bounded_time_and_never_passes(string what)
    {
        var body = what switch
        {
            "comments, 100 deep" => $"{new string('(', 100)}{new string(')', 100)} a@victim.example",
            "comments, 100000 deep" => $"{new string('(', 100_000)}{new string(')', 100_000)} a@victim.example",
            "a display name of nearly a megabyte" => $"\"{new string('x', (1 << 20) - 1000)}\" <a@victim.example>",
            "addresses, 20000" => string.Join(", ", Enumerable.Range(0, 20_000).Select(static i => $"a@v{i}.example")),
            "groups, 20000" => string.Concat(Enumerable.Repeat("g:;,", 20_000)),
            _ => string.Concat(Enumerable.Repeat("\"\\\"\"", 50_000)),
        };
        var run = await Test($"From: {body}\r\n", Attackers).RunAsync();
        Assert.Equal(DmarcOutcome.Fail, DmarcTests.Dmarc(run).Outcome);
        Assert.DoesNotContain(run.Log, static line => line.Text.Contains("exception", StringComparison.OrdinalIgnoreCase));
    }

    // DNS.

    [Fact]
    public async Task An_author_domain_of_127_labels_costs_at_most_eight_questions()
    {
        // With _dmarc before it a name of 123 labels has its 253 octets; one of 127 has them already and cannot have a record of its own.
        Assert.Equal(8, (await Test($"From: a@{Labels(123)}\r\n", Attackers).RunAsync()).DnsQuestions.Count);
        Assert.Equal(7, (await Test($"From: a@{Labels(127)}\r\n", Attackers).RunAsync()).DnsQuestions.Count);

        static string Labels(int count) => string.Join('.', Enumerable.Repeat("a", count));
    }

    [Fact]
    public async Task A_hundred_signatures_ask_for_each_name_once()
    {
        var signatures = Enumerable.Range(0, 100).Select(static i => DmarcTests.Dkim($"s{i % 10}.deep.attack.example"));
        var run = await Test("From: b@attack.example\r\n", [DmarcTests.Spf("deep.attack.example"), .. signatures]).RunAsync();
        Assert.Equal(run.DnsQuestions.Count, run.DnsQuestions.Distinct().Count());
        Assert.Equal(13, run.DnsQuestions.Count);
    }

    // Values that come from strangers, in the field.

    [Theory]
    [InlineData("example.net(.example.com")]
    [InlineData("victim.example;dmarc=pass")]
    [InlineData("victim.example\"")]
    [InlineData("victim.example'.attack.example")]
    public async Task A_domain_that_would_inject_into_the_field_is_no_domain(string domain)
    {
        var run = await Test($"From: a@{domain}\r\n", Attackers).RunAsync();
        Assert.Null(DmarcTests.Dmarc(run).AuthorDomain);
        var field = run.Header("Authentication-Results")!;
        Assert.Equal(1, field.Split("dmarc=").Length - 1);
        Assert.DoesNotContain("header.from", field, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(string from, AuthenticationResult[] results)
    {
        var run = await Test($"From: {from}\r\n", results, "on_reject = \"reject\"").RunAsync();
        Assert.Equal((VerdictKind.Reject, DmarcOutcome.Fail), (run.Verdict, DmarcTests.Dmarc(run).Outcome));
    }

    private static FilterTest Test(string fields, AuthenticationResult[] results, string settings = "") =>
        DmarcTests.Mail(settings, "x.example", results).WithZone(Zone).WithMessage(Encoding.UTF8.GetBytes($"{fields}To: c@example.net\r\n\r\nHello\r\n"));
}
