using FilterHost.Dns;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Plugins.DkimVerify;
using FilterHost.Testing;
using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.Tests;

/// <summary>What the filter finds, publishes and says. What it does about it is in <see cref="DkimVerifyActionTests"/>.</summary>
public sealed class DkimVerifyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task A_signature_that_verifies_is_published_with_all_that_is_known_of_it()
    {
        var run = await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature(tags: " i=a@sub.example.com; t=1767323000; x=1767400000;"))).RunAsync();
        var result = Assert.IsType<DkimSignatureResult>(Assert.Single(run.Results));
        Assert.Equal((DkimOutcome.Pass, "pass", null), (result.Outcome, result.Word, result.Reason));
        Assert.Equal(("example.com", "rsa", "rsa-sha256", 2048), (result.SigningDomain!.ToString(), result.Selector, result.Algorithm, result.KeyBits));
        Assert.Equal("a@sub.example.com", result.UserIdentifier);
        Assert.Equal((1767323000L, 1767400000L), (result.SignedAt!.Value.ToUnixTimeSeconds(), result.ExpiresAt!.Value.ToUnixTimeSeconds()));
        Assert.Equal((false, 0L, ResultProvenance.Computed), (result.IsTestingKey, result.UncoveredBytes, result.Provenance));
        Assert.StartsWith("v=1; a=rsa-sha256; c=simple/simple; d=example.com;", result.Field!.Text, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }

    [Fact]
    public async Task The_field_is_written_on_top_and_tells_signatures_apart_by_their_beginning()
    {
        var run = await Verifying(DkimVerifyMail.Passing).RunAsync();
        var result = Assert.IsType<DkimSignatureResult>(Assert.Single(run.Results));
        // RFC 6008 §4: at least the first eight characters of b=.
        Assert.InRange(result.SignaturePrefix!.Length, 8, 344);
        Assert.Contains($" b={result.SignaturePrefix}", run.Fields.First("DKIM-Signature")!.Text, StringComparison.Ordinal);
        Assert.True(run.Fields[0].IsNamed("Authentication-Results"));
        var text = run.Header("Authentication-Results")!;
        Assert.StartsWith("mx.example.net; dkim=pass", text, StringComparison.Ordinal);
        foreach (var property in new[] { "header.d=example.com", "header.s=rsa", "header.a=rsa-sha256" })
            Assert.Contains(property, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_body_fails_and_says_so()
    {
        var run = await Verifying(DkimVerifyMail.Passing.Replace("world", "World", StringComparison.Ordinal)).RunAsync();
        AssertOnly(run, DkimOutcome.Fail, "body hash did not verify");
        Assert.Equal(["dkim=fail d=example.com s=rsa (body hash did not verify)"], run.Notes.Select(note => note.Text));
    }

    [Fact]
    public async Task A_changed_signed_field_fails_and_says_so() =>
        AssertOnly(await Verifying(DkimVerifyMail.Passing.Replace("a@example.com", "b@example.com", StringComparison.Ordinal)).RunAsync(), DkimOutcome.Fail, "signature did not verify");

    [Fact]
    public async Task A_message_without_signature_is_none_and_asks_nothing_of_DNS()
    {
        var run = await Verifying(DkimVerifyMail.Unsigned).RunAsync();
        AssertOnly(run, DkimOutcome.None, null);
        Assert.Equal("mx.example.net; dkim=none", run.Header("Authentication-Results"));
        Assert.Empty(run.DnsQuestions);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("text")]
    [InlineData("revoked")]
    // RFC 6376 §6.1.2: no record, or an empty p=, is PERMFAIL.
    public async Task A_key_that_is_not_there_is_a_permanent_error(string selector) =>
        Assert.Equal(DkimOutcome.PermError, Only(await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature(selector))).RunAsync()).Outcome);

    [Theory]
    [InlineData(DnsOutcome.Timeout)]
    [InlineData(DnsOutcome.ServerFailure)]
    [InlineData(DnsOutcome.BudgetSpent)]
    public async Task DNS_that_does_not_answer_is_a_temporary_error(DnsOutcome outcome)
    {
        var run = await Verifying(DkimVerifyMail.Passing).WithDnsFailure("rsa._domainkey.example.com", outcome).RunAsync();
        Assert.Equal((DkimOutcome.TempError, "temperror"), (Only(run).Outcome, Only(run).Word));
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }

    [Theory]
    [InlineData("failing")]
    [InlineData("silent")]
    public async Task One_temporary_error_does_not_hide_anothers_pass(string selector)
    {
        var run = await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature(selector), DkimVerifyMail.Signature())).RunAsync();
        Assert.Equal(["temperror", "pass"], run.Results.Select(result => result.Word));
    }

    [Fact]
    public async Task Every_signature_has_its_result_from_the_top()
    {
        var run = await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature("missing"), DkimVerifyMail.Broken(), DkimVerifyMail.Signature(), DkimVerifyMail.Signature("silent"))).RunAsync();
        Assert.Equal(["permerror", "fail", "pass", "temperror"], run.Results.Select(result => result.Word));
    }

    [Fact]
    public async Task A_malformed_signature_is_a_permanent_error_and_never_reaches_DNS()
    {
        var run = await Verifying(DkimVerifyMail.Passing.Replace("v=1", "v=2", StringComparison.Ordinal)).RunAsync();
        Assert.Equal(DkimOutcome.PermError, Only(run).Outcome);
        Assert.Empty(run.DnsQuestions);
    }

    [Fact]
    public async Task Our_own_signer_passes_with_both_algorithms()
    {
        var signed = await FilterTest.For<DkimSignPlugin>().At(Now).Client("127.0.0.1")
            .WithService<ISigningKeyStore>(new DkimSignKeys { Answer = new SigningKeys.Found([DkimSignKeys.Rsa, DkimSignKeys.Ed25519]) }).RunAsync();
        var run = await Verifying(signed.MessageText).RunAsync();
        Assert.Equal(["rsa-sha256 pass", "ed25519-sha256 pass"], run.Results.Cast<DkimSignatureResult>().Select(result => $"{result.Algorithm} {result.Word}"));
    }

    [Fact]
    public async Task Signatures_beyond_the_cap_are_one_result_and_ask_nothing_of_DNS()
    {
        string[] signatures = [.. Enumerable.Range(1, 5).Select(number => DkimVerifyMail.Signature($"s{number}"))];
        var run = await Verifying(DkimVerifyMail.With(signatures), "maximum_signatures = 2").RunAsync();
        Assert.Equal(["permerror", "permerror", "policy"], run.Results.Select(result => result.Word));
        Assert.Equal("3 more signatures were not evaluated", run.Results[2].Reason);
        Assert.Equal(["s1._domainkey.example.com", "s2._domainkey.example.com"], run.DnsQuestions.Select(name => name.ToString()));
    }

    [Fact]
    public async Task Signatures_that_cannot_be_read_count_towards_the_cap()
    {
        var unreadable = DkimVerifyMail.Signature().Replace("v=1", "v=2", StringComparison.Ordinal);
        var run = await Verifying(DkimVerifyMail.With(unreadable, unreadable, DkimVerifyMail.Signature()), "maximum_signatures = 2").RunAsync();
        Assert.Equal(["permerror", "permerror", "policy"], run.Results.Select(result => result.Word));
    }

    [Fact]
    public async Task A_hundred_signatures_cost_ten_questions_by_default()
    {
        string[] signatures = [.. Enumerable.Range(1, 100).Select(number => DkimVerifyMail.Broken($"s{number}"))];
        var run = await Verifying(DkimVerifyMail.With(signatures)).RunAsync();
        Assert.Equal((11, 10), (run.Results.Count, run.DnsQuestions.Count));
    }

    [Theory]
    [InlineData("", DkimOutcome.Policy)]
    [InlineData("body_length_policy = \"policy_if_uncovered\"", DkimOutcome.Policy)]
    [InlineData("body_length_policy = \"accept\"", DkimOutcome.Pass)]
    public async Task A_body_that_is_signed_in_part_is_judged_by_the_setting_and_counted(string settings, DkimOutcome outcome)
    {
        var run = await Verifying(DkimVerifyMail.Uncovered, settings).RunAsync();
        Assert.Equal((outcome, 7L), (Only(run).Outcome, Only(run).UncoveredBytes));
    }

    [Theory]
    [InlineData("minimum_key_bits = 2048", DkimOutcome.Pass)]
    [InlineData("minimum_key_bits = 2049", DkimOutcome.Policy)]
    public async Task A_key_shorter_than_the_setting_is_not_acceptable(string settings, DkimOutcome outcome) =>
        Assert.Equal(outcome, Only(await Verifying(DkimVerifyMail.Passing, settings).RunAsync()).Outcome);

    [Theory]
    [InlineData(-300, "", DkimOutcome.Pass)]
    [InlineData(-302, "", DkimOutcome.PermError)]
    [InlineData(-302, "clock_skew = \"10m\"", DkimOutcome.Pass)]
    [InlineData(-1, "clock_skew = \"0s\"", DkimOutcome.PermError)]
    public async Task An_expired_signature_is_a_permanent_error_beyond_the_skew_of_clocks(int seconds, string settings, DkimOutcome outcome)
    {
        var expiry = Now.ToUnixTimeSeconds() + seconds;
        var run = await Verifying(DkimVerifyMail.With(DkimVerifyMail.Signature(tags: $" t={expiry - 3600}; x={expiry};")), settings).RunAsync();
        Assert.Equal(outcome, Only(run).Outcome);
    }

    [Theory]
    [InlineData("maximum_signed_fields = 1", DkimOutcome.PermError)]
    [InlineData("maximum_signed_fields = 1000", DkimOutcome.Fail)]
    public async Task More_signed_fields_than_the_setting_allows_are_a_permanent_error(string settings, DkimOutcome outcome) =>
        Assert.Equal(outcome, Only(await Verifying(DkimVerifyMail.Passing.Replace("h=from", "h=from:to", StringComparison.Ordinal), settings).RunAsync()).Outcome);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public async Task How_the_body_is_cut_changes_nothing(int octets) =>
        Assert.Equal(DkimOutcome.Pass, Only(await Verifying(DkimVerifyMail.Passing).InChunksOf(octets).RunAsync()).Outcome);

    [Fact]
    public async Task Mail_of_an_authenticated_client_is_not_evaluated_and_the_log_says_why()
    {
        var run = await Verifying(DkimVerifyMail.Failing, AllRefused).Authenticated("joe").RunAsync();
        AssertNotEvaluated(run, "not verified: client authenticated as joe");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Mail_of_an_internal_client_is_not_evaluated_and_the_log_says_why(string address)
    {
        var run = await Verifying(DkimVerifyMail.Failing, AllRefused).Client(address).RunAsync();
        AssertNotEvaluated(run, "not verified: client is internal");
    }

    [Fact]
    public async Task A_client_whose_address_is_unknown_is_never_internal() =>
        Assert.Equal(DkimOutcome.Pass, Only(await Verifying(DkimVerifyMail.Passing).Client(null).RunAsync()).Outcome);

    [Fact]
    public async Task All_mail_is_evaluated_where_the_settings_say_so()
    {
        var test = Verifying(DkimVerifyMail.Passing, "verify = \"all\"");
        Assert.Equal(DkimOutcome.Pass, Only(await test.Client("127.0.0.1").RunAsync()).Outcome);
        Assert.Equal(DkimOutcome.Pass, Only(await test.Authenticated("joe").RunAsync()).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("verify = \"all\"")]
    public async Task Mail_that_comes_back_with_results_of_ours_keeps_them_and_is_not_evaluated_again(string settings)
    {
        var run = await Verifying("Authentication-Results: mx.example.net; dkim=fail\r\n" + DkimVerifyMail.Passing, settings).Client("127.0.0.1").RunAsync();
        Assert.Equal(["mx.example.net; dkim=fail"], run.Fields.All("Authentication-Results").Select(field => field.Text));
        Assert.Equal(["not verified: judged before"], run.Notes.Select(note => note.Text));
    }

    [Fact]
    public async Task Forged_results_are_removed_from_mail_that_is_not_evaluated_too()
    {
        const string forged = "Authentication-Results: mx.example.net; dkim=pass\r\n";
        var test = Verifying(forged + DkimVerifyMail.Unsigned);
        Assert.Null((await test.Client("192.0.2.1").Internal("192.0.2.0/24").RunAsync()).Header("Authentication-Results"));
        Assert.Null((await test.Authenticated("joe").RunAsync()).Header("Authentication-Results"));
        Assert.Equal("mx.example.net; dkim=none", Assert.Single((await test.RunAsync()).Fields.All("Authentication-Results")).Text);
    }

    [Fact]
    public async Task Later_filters_get_the_results_as_records()
    {
        var run = await FilterTest.For<DkimVerifyResultsPlugin>().WithPlugin<DkimVerifyPlugin>().WithZone(DkimVerifyMail.Zone)
            .WithMessage(System.Text.Encoding.UTF8.GetBytes(DkimVerifyMail.With(DkimVerifyMail.Signature(), DkimVerifyMail.Broken()))).RunAsync();
        Assert.Equal(["example.com Pass True", "example.com Fail True"], run.Notes.Where(note => note.Filter == "dkim_verify_results").Select(note => note.Text));
    }

    [Fact]
    public async Task A_resolver_that_throws_is_a_fault_of_ours_and_not_a_result()
    {
        var test = Verifying(DkimVerifyMail.Passing).WithService<IDnsResolver>(new ThrowingResolver());
        Assert.Equal("451 4.3.0 filter dkim_verify failed, try again later", (await test.RunAsync()).Reply!.ToString());
        var skipping = await Verifying(DkimVerifyMail.Passing, "on_error = \"skip\"").WithService<IDnsResolver>(new ThrowingResolver()).RunAsync();
        AssertOnly(skipping, DkimOutcome.TempError, "filter failed");
        Assert.Contains(skipping.Log, line => line.Level is LogLevel.Error);
    }

    [Fact]
    public async Task A_refused_message_leaves_no_look_up_behind()
    {
        // The look-up begins at the end of headers; the message ends before the answer is there.
        var resolver = new SilentResolver();
        var run = await FilterTest.For<RefusingPlugin>().WithPlugin<DkimVerifyPlugin>().WithService<IDnsResolver>(resolver)
            .WithMessage(System.Text.Encoding.UTF8.GetBytes(DkimVerifyMail.Passing)).RunAsync();
        Assert.Equal(VerdictKind.Reject, run.Verdict);
        await resolver.Cancelled.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(run.Log, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("on_fail = \"bounce\"", "settings:1:11: on_fail: ")]
    [InlineData("maximum_signatures = 0", "settings:1:22: maximum_signatures: ")]
    [InlineData("maximum_signatures = 101", "settings:1:22: maximum_signatures: ")]
    // RFC 8301 §3.2: keys below 1024 bits are never valid.
    [InlineData("minimum_key_bits = 1023", "settings:1:20: minimum_key_bits: ")]
    [InlineData("verify = \"none\"", "settings:1:10: verify: ")]
    [InlineData("on_neutral = \"reject\"", "settings:1:1: on_neutral: ")]
    public async Task Wrong_settings_stop_the_start_at_their_place(string settings, string place)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Verifying(DkimVerifyMail.Passing, settings).RunAsync());
        Assert.StartsWith(place, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    internal const string AllRefused = "on_none = \"reject\"\non_fail = \"reject\"\non_policy = \"reject\"\non_permerror = \"reject\"\non_temperror = \"reject\"\n";

    internal static FilterTest Verifying(string message, string settings = "") =>
        FilterTest.For<DkimVerifyPlugin>(settings).WithZone(DkimVerifyMail.Zone).WithMessage(System.Text.Encoding.UTF8.GetBytes(message)).At(Now);

    private static DkimSignatureResult Only(FilterRun run) => Assert.IsType<DkimSignatureResult>(Assert.Single(run.Results));

    private static void AssertOnly(FilterRun run, DkimOutcome outcome, string? reason)
    {
        Assert.Equal((outcome, reason), (Only(run).Outcome, Only(run).Reason));
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }

    private static void AssertNotEvaluated(FilterRun run, string note)
    {
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Empty(run.Results);
        Assert.Empty(run.DnsQuestions);
        Assert.Null(run.Header("Authentication-Results"));
        Assert.Equal([note], run.Notes.Select(entry => entry.Text));
    }

    private sealed class ThrowingResolver : IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) => throw new InvalidOperationException("a bug");
    }

    /// <summary>Answers only by being cancelled.</summary>
    private sealed class SilentResolver : IDnsResolver
    {
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Cancelled => _cancelled.Task;

        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
        {
            var answer = new TaskCompletionSource<DnsAnswer>();
            cancellationToken.Register(() =>
            {
                _cancelled.SetResult();
                answer.TrySetCanceled(cancellationToken);
            });
            return new ValueTask<DnsAnswer>(answer.Task);
        }
    }

    /// <summary>Refuses every message at the end of headers.</summary>
    public sealed class RefusingPlugin : FilterPlugin<RefusingPlugin.Settings>
    {
        public override void Configure(IPluginBuilder builder, Settings settings) => builder.AddFilter<Filter>();

        public sealed record Settings;

        internal sealed class Filter : MessageFilter
        {
            public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => Verdict.Reject("no");
        }
    }
}
