using FilterHost.Dns;
using FilterHost.Plugins.Dmarc;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>The filter that evaluates DMARC by the results of earlier filters.</summary>
public sealed class DmarcTests
{
    internal const string Zone = """
        _dmarc.reject.example. TXT "v=DMARC1; p=reject; sp=quarantine; np=reject"
        _dmarc.quarantine.example. TXT "v=DMARC1; p=quarantine"
        _dmarc.none.example. TXT "v=DMARC1; p=none"
        _dmarc.testing.example. TXT "v=DMARC1; p=reject; t=y"
        _dmarc.broken.example. TXT "v=DMARC1; p=everything"
        _dmarc.failing.example. FAIL SERVFAIL
        _dmarc.xn--bcher-kva.example. TXT "v=DMARC1; p=reject"
        sub.reject.example. A 192.0.2.1
        """;

    internal const string AllRefused = """
        on_reject = "reject"
        on_quarantine = "reject"
        on_none = "reject"
        on_temperror = "reject"
        on_permerror = "reject"
        on_from_anomaly = "reject"
        """;

    [Fact]
    public async Task A_pass_is_published_with_author_and_policy()
    {
        var run = await Mail("reject.example", Spf("other.example"), Dkim("reject.example")).RunAsync();
        Assert.Contains("dmarc=pass header.from=reject.example policy.dmarc=reject", Unfolded(run), StringComparison.Ordinal);
        Assert.Contains(run.Notes, static note => note.Text == "dmarc=pass from reject.example, policy reject of reject.example, dkim aligned, spf not aligned");
        var result = Dmarc(run);
        Assert.Equal((true, false, null, 0), (result.IsDkimAligned, result.IsSpfAligned, result.Disposition, result.Overrides.Count));
    }

    [Fact]
    public async Task A_fail_is_published_with_the_policy_that_applies_to_the_subdomain()
    {
        var run = await Mail("sub.reject.example", Spf("other.example"), Dkim("other.example")).RunAsync();
        Assert.Contains("dmarc=fail reason=\"no aligned identifier\" header.from=sub.reject.example policy.dmarc=quarantine", Unfolded(run), StringComparison.Ordinal);
        Assert.Contains(run.Notes, static note => note.Text == "dmarc=fail from sub.reject.example, policy quarantine of reject.example, dkim not aligned, spf not aligned (no aligned identifier)");
    }

    [Fact]
    public async Task A_domain_without_policy_is_none()
    {
        var run = await Mail("nothing.example", Spf("nothing.example"), Dkim("nothing.example")).RunAsync();
        Assert.Contains("dmarc=none reason=\"no DMARC record\" header.from=nothing.example", Unfolded(run), StringComparison.Ordinal);
        Assert.DoesNotContain("policy.dmarc", Unfolded(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_DNS_is_temperror()
    {
        var run = await Mail("failing.example", Spf("failing.example"), Dkim("failing.example")).RunAsync();
        Assert.Contains("dmarc=temperror reason=\"the DMARC record of failing.example could not be looked up\" header.from=failing.example", Unfolded(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_U_label_is_published_as_an_A_label() =>
        Assert.Contains("dmarc=pass header.from=xn--bcher-kva.example", Unfolded(await Mail("bücher.example", Spf("bücher.example"), Dkim("x.example")).RunAsync()), StringComparison.Ordinal);

    [Fact]
    public async Task The_record_is_asked_for_once_and_nothing_where_nothing_hangs_on_it()
    {
        var run = await Mail("reject.example", Spf("reject.example"), Dkim("reject.example"), Dkim("other.example")).RunAsync();
        Assert.Equal(["_dmarc.reject.example"], run.DnsQuestions.Select(static name => name.ToString()));
    }

    [Fact]
    public async Task Mail_of_an_authenticated_client_is_not_evaluated()
    {
        var run = await Mail("reject.example", Spf("other.example"), Dkim("other.example")).Authenticated("bob").RunAsync();
        Assert.DoesNotContain(run.Results, static result => result.Method == "dmarc");
        Assert.Contains(run.Notes, static note => note.Text == "not evaluated: client authenticated as bob");
        Assert.Empty(run.DnsQuestions);
    }

    [Fact]
    public async Task Mail_of_an_internal_client_is_not_evaluated()
    {
        var run = await Mail("reject.example", Spf("other.example"), Dkim("other.example")).Client("127.0.0.1").RunAsync();
        Assert.DoesNotContain(run.Results, static result => result.Method == "dmarc");
        Assert.Contains(run.Notes, static note => note.Text == "not evaluated: client is internal");
    }

    [Theory]
    [InlineData("spf")]
    [InlineData("dkim")]
    public async Task A_method_that_nobody_publishes_stops_the_start(string missing)
    {
        AuthenticationResult given = missing == "spf" ? Dkim("reject.example") : Spf("reject.example");
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<DmarcPlugin>().WithZone(Zone).WithResultsBefore(given).RunAsync());
        Assert.Contains(refusal.Problems, problem => problem.Contains($"'{missing}'", StringComparison.Ordinal) || problem.Contains(missing, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_method_that_is_not_named_does_not_count()
    {
        var test = FilterTest.For<DmarcPlugin>("""identifiers = ["dkim"]""").WithZone(Zone).WithMessage(From("a@reject.example"));
        Assert.Equal(DmarcOutcome.Fail, Dmarc(await test.WithResultsBefore(Dkim("other.example"), Spf("reject.example")).RunAsync()).Outcome);
        Assert.Equal(DmarcOutcome.Pass, Dmarc(await test.WithResultsBefore(Dkim("reject.example")).RunAsync()).Outcome);
    }

    [Fact]
    public async Task Without_any_method_the_host_does_not_start()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<DmarcPlugin>("identifiers = []").WithZone(Zone).RunAsync());
        Assert.StartsWith("settings:1:1: identifiers: ", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_Debian_serves_in_place_of_the_walk()
    {
        Assert.SkipUnless(File.Exists("/usr/share/publicsuffix/public_suffix_list.dat"), "the package publicsuffix is missing");
        var run = await Mail("organizational_domains = \"public_suffix_list\"", "example.com", Spf("mail.example.com"), Dkim("other.example")).WithZone("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"").RunAsync();
        Assert.Equal((DmarcOutcome.Pass, DomainName.Parse("example.com")), (Dmarc(run).Outcome, Dmarc(run).OrganizationalDomain));
        Assert.Single(run.DnsQuestions);
    }

    [Theory]
    [InlineData("/nowhere/list", "cannot be read")]
    [InlineData("/etc/passwd", "line 1 is no rule")]
    public async Task A_list_that_cannot_be_used_stops_the_start(string path, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Mail($"organizational_domains = \"public_suffix_list\"\npublic_suffix_list = \"{path}\"", "example.com", Spf("x.example"), Dkim("x.example")).RunAsync());
        Assert.Contains(problem, Assert.Single(refusal.Problems), StringComparison.Ordinal);
        Assert.Contains("public_suffix_list: ", refusal.Problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exempt_domains = [\"a..b\"]", "exempt_domains[0]")]
    [InlineData("trusted_forwarders = [\"192.0.2.0/24\", \"not a domain\"]", "trusted_forwarders[1]")]
    [InlineData("[[by_domain]]\ndomains = [\"\"]", "by_domain[0].domains[0]")]
    [InlineData("tag_field = \"a b\"", "tag_field")]
    [InlineData("reject_text = \"a\\nb\"", "reject_text")]
    [InlineData("reject_text = \"für {domain}\"", "reject_text")]
    public async Task A_setting_that_cannot_be_meant_stops_the_start(string settings, string place)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Mail(settings, "example.com", Spf("x.example"), Dkim("x.example")).RunAsync());
        Assert.Contains(place, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_aborted_by_time_leaves_no_fault_behind()
    {
        var run = await Mail("reject.example", Spf("x.example"), Dkim("x.example")).WithDnsFailure("_dmarc.reject.example", DnsOutcome.Timeout).RunAsync();
        Assert.Equal(DmarcOutcome.TempError, Dmarc(run).Outcome);
        Assert.DoesNotContain(run.Log, static line => line.Text.Contains("exception", StringComparison.OrdinalIgnoreCase));
    }

    internal static FilterTest Mail(string from, params AuthenticationResult[] results) => Mail("", from, results);

    internal static FilterTest Mail(string settings, string from, params AuthenticationResult[] results) =>
        FilterTest.For<DmarcPlugin>(settings).WithZone(Zone).WithResultsBefore(results).WithMessage(From($"a@{from}"));

    internal static string From(string from, string fields = "") => $"From: {from}\r\nTo: b@example.net\r\n{fields}\r\nHello\r\n";

    internal static SpfResult Spf(string domain, SpfOutcome outcome = SpfOutcome.Pass) => new() { Outcome = outcome, Identity = SpfIdentity.MailFrom, Domain = DomainName.Parse(domain), Mailbox = $"b@{domain}" };

    internal static DkimSignatureResult Dkim(string domain, DkimOutcome outcome = DkimOutcome.Pass) => new() { Outcome = outcome, SigningDomain = DomainName.Parse(domain), Selector = "s" };

    internal static DmarcResult Dmarc(FilterRun run) => Assert.Single(run.Results.OfType<DmarcResult>());

    private static string Unfolded(FilterRun run) => run.Header("Authentication-Results")!.Replace("\t", " ", StringComparison.Ordinal);
}
