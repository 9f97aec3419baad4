using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What is done to mail on each result: by default nothing, else what the settings say.</summary>
public sealed class DmarcActionTests
{
    private static readonly AuthenticationResult[] Stranger = [DmarcTests.Spf("stranger.example"), DmarcTests.Dkim("stranger.example")];

    /// <summary>Each setting, with the author of mail that it is for, and what a refusal says.</summary>
    private static readonly Dictionary<string, (string From, string Word, string Text)> Results = new()
    {
        ["on_reject"] = ("a@reject.example", "fail", "DMARC: mail from reject.example fails, and its policy is reject"),
        ["on_quarantine"] = ("a@quarantine.example", "fail", "DMARC: mail from quarantine.example fails, and its policy is quarantine"),
        ["on_none"] = ("a@none.example", "fail", "DMARC: mail from none.example fails, and its policy is none"),
        ["on_temperror"] = ("a@failing.example", "temperror", "DMARC: the DMARC record of failing.example could not be looked up"),
        ["on_permerror"] = ("a@broken.example", "permerror", "DMARC: the DMARC record has no valid policy and no reporting address"),
        ["on_from_anomaly"] = ("a@reject.example, b@none.example", "fail", "DMARC: several domains in From"),
    };

    public static TheoryData<string> Settings => [.. Results.Keys];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Every_result_is_accepted_and_reported_by_default(string setting)
    {
        var run = await RunAsync(setting, "");
        Assert.Equal((VerdictKind.Continue, null), (run.Verdict, run.QuarantineReason));
        Assert.Equal(Results[setting].Word, DmarcTests.Dmarc(run).Word);
        Assert.Contains($"dmarc={Results[setting].Word}", run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_action_of_one_result_is_for_no_other(string setting) =>
        Assert.Equal(VerdictKind.Continue, (await RunAsync(setting, DmarcTests.AllRefused.Replace($"{setting} = \"reject\"", "", StringComparison.Ordinal))).Verdict);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_is_refused_for_good(string setting)
    {
        var run = await RunAsync(setting, $"{setting} = \"reject\"");
        Assert.Equal((VerdictKind.Reject, $"550 5.7.1 {Results[setting].Text} [dmarc]"), (run.Verdict, run.Reply!.ToString()));
        Assert.Contains(run.Notes, note => note.Text.StartsWith($"dmarc={Results[setting].Word}", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_is_refused_for_now(string setting) =>
        Assert.Equal($"451 4.7.1 {Results[setting].Text} [dmarc]", (await RunAsync(setting, $"{setting} = \"tempfail\"")).Reply!.ToString());

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_is_held(string setting) => Assert.Equal(Results[setting].Text, (await RunAsync(setting, $"{setting} = \"quarantine\"")).QuarantineReason);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_is_dropped(string setting) => Assert.Equal(VerdictKind.Discard, (await RunAsync(setting, $"{setting} = \"discard\"")).Verdict);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_is_tagged_and_a_forged_tag_is_removed(string setting)
    {
        var run = await Test(setting, $"{setting} = \"tag\"").WithMessage(DmarcTests.From(Results[setting].From, "X-DMARC-Judgement: forged\r\n")).RunAsync();
        Assert.Equal((VerdictKind.Continue, Results[setting].Text), (run.Verdict, Assert.Single(run.Fields.All("X-DMARC-Judgement")).Text));
    }

    [Theory]
    [InlineData("reject.example")]
    [InlineData("nothing.example")]
    public async Task A_pass_and_a_domain_without_policy_are_accepted_whatever_is_set(string domain) =>
        Assert.Equal(VerdictKind.Continue, (await DmarcTests.Mail(DmarcTests.AllRefused, domain, DmarcTests.Spf(domain), DmarcTests.Dkim("x.example")).RunAsync()).Verdict);

    [Fact]
    public async Task The_text_of_a_refusal_is_the_administrators()
    {
        var run = await RunAsync("on_reject", "on_reject = \"reject\"\nreject_text = \"Email rejected per DMARC policy {policy} for {domain}, see https://mx.example.net/dmarc\"");
        Assert.Equal("550 5.7.1 Email rejected per DMARC policy reject for reject.example, see https://mx.example.net/dmarc [dmarc]", run.Reply!.ToString());
    }

    [Fact]
    public async Task A_domain_that_tests_is_taken_one_level_lower()
    {
        var test = (string settings) => DmarcTests.Mail(settings, "testing.example", Stranger).RunAsync();
        Assert.Equal(VerdictKind.Continue, (await test("on_reject = \"reject\"")).Verdict);
        var run = await test("on_quarantine = \"quarantine\"");
        Assert.Equal("DMARC: mail from testing.example fails, and its policy is quarantine", run.QuarantineReason);
        Assert.Equal((DmarcPolicy.Quarantine, DmarcPolicy.Quarantine, "policy_test_mode"), (DmarcTests.Dmarc(run).Policy, DmarcTests.Dmarc(run).Disposition, string.Join(',', DmarcTests.Dmarc(run).Overrides)));
    }

    [Theory]
    [InlineData("", DmarcPolicy.None, "local_policy")]
    [InlineData("on_reject = \"tag\"", DmarcPolicy.None, "local_policy")]
    [InlineData("on_reject = \"quarantine\"", DmarcPolicy.Quarantine, "local_policy")]
    [InlineData("exempt_domains = [\"reject.example\"]", DmarcPolicy.None, "local_policy")]
    public async Task What_was_done_otherwise_than_asked_has_its_reason(string settings, DmarcPolicy disposition, string reason)
    {
        var result = DmarcTests.Dmarc(await RunAsync("on_reject", settings));
        Assert.Equal((DmarcPolicy.Reject, disposition, reason), (result.Policy, result.Disposition, string.Join(',', result.Overrides)));
    }

    [Fact]
    public async Task What_was_done_as_asked_has_no_reason()
    {
        var result = DmarcTests.Dmarc(await RunAsync("on_quarantine", "on_quarantine = \"quarantine\""));
        Assert.Equal((DmarcPolicy.Quarantine, 0), (result.Disposition, result.Overrides.Count));
        Assert.Empty(DmarcTests.Dmarc(await RunAsync("on_none", "")).Overrides);
    }

    [Theory]
    [InlineData("exempt_domains = [\"reject.example\"]", "accepted by local_policy: author domain reject.example")]
    [InlineData("exempt_domains = [\".example\"]", "accepted by local_policy: author domain reject.example")]
    [InlineData("exempt_lists = [\"Users.Lists.example.org\"]", "accepted by mailing_list: list users.lists.example.org")]
    [InlineData("trusted_forwarders = [\"192.0.2.0/24\"]", "accepted by trusted_forwarder: client 192.0.2.1")]
    [InlineData("trusted_forwarders = [\"192.0.2.1\"]", "accepted by trusted_forwarder: client 192.0.2.1")]
    [InlineData("trusted_forwarders = [\"forwarder.example\"]", "accepted by trusted_forwarder: spf=pass of forwarder.example")]
    [InlineData("trusted_forwarders = [\"signer.example\"]", "accepted by trusted_forwarder: dkim=pass of signer.example")]
    [InlineData("trusted_forwarders = [\".example\"]", "accepted by trusted_forwarder: spf=pass of forwarder.example")]
    public async Task An_exemption_turns_what_is_done_into_accept_and_the_result_stays_a_fail(string settings, string note)
    {
        var run = await Forwarded(settings).RunAsync();
        Assert.Equal((VerdictKind.Continue, DmarcOutcome.Fail, DmarcPolicy.None), (run.Verdict, DmarcTests.Dmarc(run).Outcome, DmarcTests.Dmarc(run).Disposition));
        Assert.Contains(run.Notes, line => line.Text.EndsWith(note, StringComparison.Ordinal));
        Assert.Equal(note.Split(' ')[2].TrimEnd(':'), Assert.Single(DmarcTests.Dmarc(run).Overrides));
        Assert.Contains("dmarc=fail", run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exempt_domains = [\".reject.example\", \"example\"]")]
    [InlineData("exempt_lists = [\"lists.example.org\"]")]
    [InlineData("trusted_forwarders = [\"198.51.100.0/24\"]")]
    [InlineData("trusted_forwarders = [\"broken.example\"]")]
    [InlineData("trusted_forwarders = [\"testkey.example\"]")]
    [InlineData("trusted_forwarders = [\"helo.example\"]")]
    public async Task An_exemption_is_for_nobody_else(string settings) => Assert.Equal(VerdictKind.Reject, (await Forwarded(settings).RunAsync()).Verdict);

    [Fact]
    public async Task Actions_may_be_asked_for_some_domains_alone()
    {
        const string settings = """
            [[by_domain]]
            domains = ["reject.example"]
            on_reject = "reject"
            [[by_domain]]
            domains = [".reject.example", "reject.example"]
            on_quarantine = "discard"
            on_reject = "discard"
            """;
        Assert.Equal(VerdictKind.Reject, (await DmarcTests.Mail(settings, "reject.example", Stranger).RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Discard, (await DmarcTests.Mail(settings, "sub.reject.example", Stranger).RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await DmarcTests.Mail(settings, "quarantine.example", Stranger).RunAsync()).Verdict);
    }

    [Theory]
    [InlineData("none.example", "none.example", "stranger.example", VerdictKind.Reject, "550 5.7.1 DMARC: no DKIM signature of none.example passes [dmarc]")]
    [InlineData("none.example", "stranger.example", "none.example", VerdictKind.Continue, null)]
    [InlineData("none.example", "stranger.example", "mail.none.example", VerdictKind.Continue, null)]
    [InlineData("nothing.example", "nothing.example", "stranger.example", VerdictKind.Reject, "550 5.7.1 DMARC: no DKIM signature of nothing.example passes [dmarc]")]
    [InlineData("nothing.example", "stranger.example", "nothing.example", VerdictKind.Continue, null)]
    [InlineData("broken.example", "stranger.example", "broken.example", VerdictKind.Continue, null)]
    [InlineData("reject.example", "stranger.example", "stranger.example", VerdictKind.Reject, "550 5.7.1 DMARC: no DKIM signature of reject.example passes [dmarc]")]
    public async Task An_aligned_DKIM_pass_may_be_required(string from, string spf, string dkim, VerdictKind verdict, string? reply)
    {
        var run = await DmarcTests.Mail("require_aligned_dkim = true", from, DmarcTests.Spf(spf), DmarcTests.Dkim(dkim)).RunAsync();
        Assert.Equal((verdict, reply), (run.Verdict, run.Reply?.ToString()));
    }

    [Fact]
    public async Task A_required_key_that_could_not_be_looked_up_is_a_temporary_error()
    {
        AuthenticationResult[] results = [DmarcTests.Spf("none.example"), DmarcTests.Dkim("none.example", DkimOutcome.TempError)];
        Assert.Equal(VerdictKind.TempFail, (await DmarcTests.Mail("require_aligned_dkim = true\non_temperror = \"tempfail\"", "none.example", results).RunAsync()).Verdict);
    }

    [Fact]
    public async Task An_aligned_DKIM_pass_may_be_required_of_some_domains_alone()
    {
        const string settings = """
            [[by_domain]]
            domains = ["none.example"]
            require_aligned_dkim = true
            on_no_aligned_dkim = "quarantine"
            """;
        var run = await DmarcTests.Mail(settings, "none.example", DmarcTests.Spf("none.example"), DmarcTests.Dkim("stranger.example")).RunAsync();
        Assert.Equal("DMARC: no DKIM signature of none.example passes", run.QuarantineReason);
        Assert.Equal((DmarcOutcome.Pass, DmarcPolicy.Quarantine, "local_policy"), (DmarcTests.Dmarc(run).Outcome, DmarcTests.Dmarc(run).Disposition, Assert.Single(DmarcTests.Dmarc(run).Overrides)));
        Assert.Null((await DmarcTests.Mail(settings, "reject.example", DmarcTests.Spf("reject.example"), DmarcTests.Dkim("stranger.example")).RunAsync()).QuarantineReason);
    }

    private static FilterTest Test(string setting, string settings) =>
        DmarcTests.Mail(settings, "x.example", Stranger).WithMessage(DmarcTests.From(Results[setting].From));

    private static Task<FilterRun> RunAsync(string setting, string settings) => Test(setting, settings).RunAsync();

    private static FilterTest Forwarded(string settings) =>
        DmarcTests.Mail($"on_reject = \"reject\"\n{settings}", "x.example", [
            DmarcTests.Spf("forwarder.example"),
            DmarcTests.Spf("helo.example") with { Identity = SpfIdentity.Helo },
            DmarcTests.Dkim("broken.example", DkimOutcome.Fail),
            DmarcTests.Dkim("testkey.example") with { IsTestingKey = true },
            DmarcTests.Dkim("signer.example"),
        ]).WithMessage(DmarcTests.From("a@reject.example", "List-Id: The users <users.lists.example.org>\r\n"));
}
