using FilterHost.Dns;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What the settings ask of a signature beyond that it verifies, and the actions for it.</summary>
public sealed class DkimVerifyPolicyTests
{
    // 512 bits: below RFC 8301 §3.2 whatever the settings say.
    internal const string ShortPublicKey = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMt8kR13pYR2qJAarz+omj5mU3bxTA/YbZQaNf2hFfw3NPClvf/grM15Vo+QAxwFH8QKfgtRs/vlXHhMixLTPFECAwEAAQ==";

    private const string ShortKey = $"short._domainkey.example.com. TXT \"v=DKIM1; p={ShortPublicKey}\"";

    [Theory]
    [InlineData("missing", "on_key_missing")]
    [InlineData("revoked", "on_key_missing")]
    [InlineData("text", "on_key_missing")]
    [InlineData("short", "on_weak_key")]
    public async Task A_key_that_is_missing_or_weak_has_an_action_of_its_own_in_place_of_that_for_permerror(string selector, string setting)
    {
        var message = DkimVerifyMail.With(DkimVerifyMail.Signature(selector));
        await AssertRefinesAsync(message, "permerror", "on_permerror", setting);
        Assert.Equal(VerdictKind.Continue, (await Verifying(message, "on_key_missing = \"reject\"\non_weak_key = \"reject\"".Replace($"{setting} = \"reject\"", "", StringComparison.Ordinal)).RunAsync()).Verdict);
    }

    [Fact]
    public async Task A_revoked_key_has_an_action_of_its_own_in_place_of_that_for_a_missing_one() =>
        await AssertRefinesAsync(DkimVerifyMail.With(DkimVerifyMail.Signature("revoked")), "permerror", "on_key_missing", "on_revoked_key");

    [Fact]
    public async Task A_signature_that_cannot_be_read_is_no_missing_key() =>
        Assert.Equal(VerdictKind.Continue, (await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature(tags: " l=x;")), "on_key_missing = \"reject\"\non_weak_key = \"reject\"").RunAsync()).Verdict);

    [Fact]
    public async Task A_key_shorter_than_the_minimum_has_an_action_of_its_own_in_place_of_that_for_policy() =>
        await AssertRefinesAsync(DkimVerifyMail.Passing, "policy", "on_policy", "on_weak_key", "minimum_key_bits = 4096");

    [Fact]
    public async Task A_body_that_is_signed_in_part_has_an_action_of_its_own_in_place_of_that_for_policy() =>
        await AssertRefinesAsync(DkimVerifyMail.Uncovered, "policy", "on_policy", "on_body_length");

    // The first line is 7 octets, the body 14.
    [Theory]
    [InlineData("7", "pass")]
    [InlineData("8", "policy")]
    [InlineData("0", "pass")]
    [InlineData("1000", "policy")]
    [InlineData("50%", "pass")]
    [InlineData("51%", "policy")]
    [InlineData("7+", "pass")]
    [InlineData("6+", "policy")]
    public async Task How_much_must_be_signed_is_a_number_a_part_or_a_rest(string minimum, string word)
    {
        var run = await Verifying(DkimVerifyMail.Uncovered, $"minimum_signed = \"{minimum}\"").RunAsync();
        Assert.Equal(word, Assert.Single(run.Results).Word);
        Assert.Equal(word == "policy" ? DkimDefect.BodyLength : null, Assert.IsType<DkimSignatureResult>(run.Results[0]).Defect);
    }

    [Theory]
    [InlineData("", "pass")]
    [InlineData("Subject: x\r\n", "policy")]
    [InlineData("sUBJECT: x\r\n", "policy")]
    [InlineData("To: x\r\n", "pass")]
    public async Task A_field_that_must_be_signed_and_is_there_and_not_signed_gives_policy(string field, string word)
    {
        var run = await Verifying(field + DkimVerifyMail.Passing, "must_sign = [\"From\", \"Subject\"]\non_policy = \"reject\"").RunAsync();
        var result = Assert.IsType<DkimSignatureResult>(Assert.Single(run.Results));
        Assert.Equal((word, word == "policy" ? "Subject is not signed" : null), (result.Word, result.Reason));
        Assert.Equal(word == "policy" ? VerdictKind.Reject : VerdictKind.Continue, run.Verdict);
    }

    [Fact]
    public async Task A_second_instance_that_is_not_signed_is_not_signed()
    {
        // The lower From is the signed one (RFC 6376 §5.4.2); a reader may show the upper.
        var run = await Verifying("From: eve@example.net\r\n" + DkimVerifyMail.Passing, "must_sign = [\"From\"]").RunAsync();
        Assert.Equal("From is not signed", Assert.Single(run.Results).Reason);
    }

    [Theory]
    [InlineData("[\"example.com\"]", "a@other.example", "pass")]
    [InlineData("[\".com\"]", "a@other.example", "pass")]
    [InlineData("[\"example.org\"]", "a@other.example", "policy")]
    [InlineData("[\"example.org\"]", "a@example.com", "pass")]
    [InlineData("[\"example.org\"]", "a@sub.example.com", "pass")]
    [InlineData("[\"example.org\"]", "a@example.com, b@example.com", "policy")]
    [InlineData("[]", "a@other.example", "pass")]
    public async Task Only_the_authors_domain_and_those_that_are_trusted_may_sign(string trusted, string from, string word)
    {
        var run = await Verifying(DkimVerifyMail.SignedFrom(from), $"trusted_signers = {trusted}").RunAsync();
        Assert.Equal(word, Assert.Single(run.Results).Word);
    }

    [Theory]
    [InlineData("[\"example.com\"]", true)]
    [InlineData("[\".example.com\"]", false)]
    [InlineData("[\".com\"]", true)]
    public async Task Mail_of_an_exempt_domain_is_neither_verified_nor_judged_and_the_log_says_why(string exempt, bool isExempt)
    {
        var run = await Verifying(DkimVerifyMail.Failing, $"exempt_domains = {exempt}\non_fail = \"reject\"").RunAsync();
        Assert.Equal(isExempt ? VerdictKind.Continue : VerdictKind.Reject, run.Verdict);
        if (isExempt)
            Assert.Equal(["not verified: example.com is exempt"], run.Notes.Select(note => note.Text));
        Assert.Equal(isExempt, run.Results.Count == 0);
    }

    [Fact]
    public async Task Several_authors_are_nobody_who_is_exempt()
    {
        var run = await Verifying("From: x@other.example\r\n" + DkimVerifyMail.Failing, "exempt_domains = [\"example.com\", \"other.example\"]\non_fail = \"reject\"").RunAsync();
        Assert.Equal(VerdictKind.Reject, run.Verdict);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Whether_none_is_published_is_a_setting_and_its_action_is_done_all_the_same(string setting, bool isPublished)
    {
        var run = await Verifying(DkimVerifyMail.Unsigned, $"result_none = {setting}\non_none = \"quarantine\"").RunAsync();
        Assert.Equal(isPublished, run.Results.Count == 1);
        Assert.Equal(isPublished, run.Header("Authentication-Results")?.Contains("dkim=none", StringComparison.Ordinal) == true);
        Assert.NotNull(run.QuarantineReason);
    }

    [Theory]
    [InlineData(DnsSecurity.Secure, "pass", "policy.x-dnssec=secure")]
    [InlineData(DnsSecurity.Unknown, "pass", null)]
    [InlineData(DnsSecurity.Bogus, "temperror", "policy.x-dnssec=bogus")]
    public async Task What_DNSSEC_says_of_the_key_is_published_where_it_is_known(DnsSecurity security, string word, string? property)
    {
        var run = await WithSecurity(security).RunAsync();
        Assert.Equal(word, Assert.Single(run.Results).Word);
        Assert.Equal(property is not null, run.Header("Authentication-Results")!.Contains("dnssec", StringComparison.Ordinal));
        if (property is not null)
            Assert.Contains(property, run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DnsSecurity.Secure, "pass", VerdictKind.Continue)]
    [InlineData(DnsSecurity.Unknown, "policy", VerdictKind.Reject)]
    public async Task Keys_that_DNSSEC_does_not_protect_give_policy_where_there_is_an_action_for_them(DnsSecurity security, string word, VerdictKind verdict)
    {
        var run = await WithSecurity(security, "on_unprotected_key = \"reject\"").RunAsync();
        Assert.Equal((word, verdict), (Assert.Single(run.Results).Word, run.Verdict));
        Assert.Equal(word, Assert.Single((await WithSecurity(security, "on_unprotected_key = \"accept\"\non_policy = \"reject\"").RunAsync()).Results).Word);
        Assert.Equal(VerdictKind.Continue, (await WithSecurity(security, "on_unprotected_key = \"accept\"\non_policy = \"reject\"").RunAsync()).Verdict);
    }

    [Fact]
    public async Task A_bogus_key_has_an_action_of_its_own_in_place_of_that_for_temperror()
    {
        Assert.Equal(VerdictKind.Continue, (await WithSecurity(DnsSecurity.Bogus).RunAsync()).Verdict);
        Assert.Equal(VerdictKind.TempFail, (await WithSecurity(DnsSecurity.Bogus, "on_temperror = \"tempfail\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Reject, (await WithSecurity(DnsSecurity.Bogus, "on_temperror = \"tempfail\"\non_bogus_key = \"reject\"").RunAsync()).Verdict);
    }

    [Fact]
    public async Task Of_several_signatures_with_the_deciding_result_the_first_that_has_an_action_counts()
    {
        var message = DkimVerifyMail.With(DkimVerifyMail.Signature(tags: " l=x;"), DkimVerifyMail.Signature("missing"));
        Assert.Equal(VerdictKind.Reject, (await Verifying(message, "on_key_missing = \"reject\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await Verifying(message + "", "on_weak_key = \"reject\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature("missing"), DkimVerifyMail.Signature()), "on_key_missing = \"reject\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature("missing"), DkimVerifyMail.Broken()), "on_key_missing = \"reject\"").RunAsync()).Verdict);
    }

    [Theory]
    [InlineData("minimum_signed = \"half\"", "minimum_signed: 'half' is no number")]
    [InlineData("minimum_signed = \"101%\"", "minimum_signed: '101%' is no number")]
    [InlineData("minimum_signed = \"-1\"", "minimum_signed: '-1' is no number")]
    [InlineData("must_sign = [\"Subject:\"]", "must_sign[0]: 'Subject:' is no name")]
    [InlineData("must_sign = [\"X-*\"]", "must_sign[0]: 'X-*' is no name")]
    [InlineData("trusted_signers = [\"a b\"]", "trusted_signers[0]: 'a b' is no domain")]
    [InlineData("exempt_domains = [\"@example.com\"]", "exempt_domains[0]: '@example.com' is no domain")]
    [InlineData("on_key_missing = \"refuse\"", "on_key_missing: ")]
    public async Task Mistakes_stop_the_start(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Verifying(DkimVerifyMail.Passing, settings).RunAsync());
        Assert.Contains(problem, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    private static async Task AssertRefinesAsync(string message, string word, string general, string own, string settings = "")
    {
        var run = await Verifying(message, settings).RunAsync();
        Assert.Equal((word, VerdictKind.Continue), (Assert.Single(run.Results).Word, run.Verdict));
        Assert.Equal(VerdictKind.Reject, (await Verifying(message, $"{settings}\n{general} = \"reject\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Reject, (await Verifying(message, $"{settings}\n{own} = \"reject\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Continue, (await Verifying(message, $"{settings}\n{general} = \"reject\"\n{own} = \"accept\"").RunAsync()).Verdict);
        Assert.Equal(VerdictKind.Discard, (await Verifying(message, $"{settings}\n{general} = \"reject\"\n{own} = \"discard\"").RunAsync()).Verdict);
    }

    private static FilterTest Verifying(string message, string settings = "") => DkimVerifyTests.Verifying(message, settings).WithZone(ShortKey);

    private static FilterTest WithSecurity(DnsSecurity security, string settings = "") =>
        DkimVerifyTests.Verifying(DkimVerifyMail.Passing, settings).WithService<IDnsResolver>(new Validating(security));

    private sealed class Validating(DnsSecurity security) : IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) => new(new DnsAnswer
        {
            Outcome = security is DnsSecurity.Bogus ? DnsOutcome.ServerFailure : DnsOutcome.Records,
            Records = security is DnsSecurity.Bogus ? [] : [new DnsRecord.Text(System.Text.Encoding.ASCII.GetBytes(DkimSignKeys.RecordOf(DkimSignKeys.Rsa).Trim('"')))],
            Security = security,
        });
    }
}
