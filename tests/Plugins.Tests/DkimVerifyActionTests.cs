using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What is done to mail on each result: by default nothing, else what the settings say.</summary>
public sealed class DkimVerifyActionTests
{
    /// <summary>Each setting, with mail of the result that it is for.</summary>
    private static readonly Dictionary<string, (string Mail, string Word)> Results = new()
    {
        ["on_none"] = (DkimVerifyMail.Unsigned, "none"),
        ["on_fail"] = (DkimVerifyMail.Failing, "fail"),
        ["on_policy"] = (DkimVerifyMail.Uncovered, "policy"),
        ["on_permerror"] = (DkimVerifyMail.Permanent, "permerror"),
        ["on_temperror"] = (DkimVerifyMail.Temporary, "temperror"),
    };

    public static TheoryData<string> Settings => [.. Results.Keys];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Every_result_is_accepted_by_default(string setting)
    {
        var run = await RunAsync(setting, "");
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.Equal(Results[setting].Word, Assert.Single(run.Results).Word);
        Assert.Null(run.QuarantineReason);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_action_of_one_result_is_for_no_other(string setting)
    {
        var run = await RunAsync(setting, DkimVerifyTests.AllRefused.Replace($"{setting} = \"reject\"", $"{setting} = \"accept\"", StringComparison.Ordinal));
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }

    // RFC 7372 §3.1: 5.7.20 is for mail without any passing signature, 5.7.21 for mail whose passing signatures are not acceptable.
    [Theory]
    [InlineData("on_none", "550 5.7.20 DKIM: the message is not signed [dkim_verify]")]
    [InlineData("on_fail", "550 5.7.20 DKIM: the signature did not verify [dkim_verify]")]
    [InlineData("on_policy", "550 5.7.21 DKIM: the signature is not acceptable [dkim_verify]")]
    [InlineData("on_permerror", "550 5.7.20 DKIM: the signature cannot be verified [dkim_verify]")]
    [InlineData("on_temperror", "550 5.7.20 DKIM: a key could not be looked up [dkim_verify]")]
    public async Task Rejected_mail_gets_the_codes_of_RFC_7372(string setting, string reply)
    {
        var run = await RunAsync(setting, $"{setting} = \"reject\"");
        Assert.Equal(VerdictKind.Reject, run.Verdict);
        Assert.Equal(reply, run.Reply!.ToString());
        Assert.Empty(run.Edits);
    }

    // RFC 6376 §6.3: "451 4.7.5 Unable to verify signature - key server unavailable".
    [Theory]
    [InlineData("on_temperror", "451 4.7.5 DKIM: a key could not be looked up [dkim_verify]")]
    [InlineData("on_none", "451 4.7.1 DKIM: the message is not signed [dkim_verify]")]
    [InlineData("on_policy", "451 4.7.1 DKIM: the signature is not acceptable [dkim_verify]")]
    [InlineData("on_permerror", "451 4.7.1 DKIM: the signature cannot be verified [dkim_verify]")]
    public async Task Mail_may_be_refused_for_now(string setting, string reply)
    {
        var run = await RunAsync(setting, $"{setting} = \"tempfail\"");
        Assert.Equal((VerdictKind.TempFail, reply), (run.Verdict, run.Reply!.ToString()));
        Assert.Empty(run.Edits);
    }

    [Fact]
    public async Task A_signature_that_fails_is_never_refused_for_now()
    {
        // RFC 6376 §6.3: "cryptographic signature verification failures MUST NOT provoke 4xx SMTP replies".
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync("on_fail", "on_fail = \"tempfail\""));
        Assert.StartsWith("settings:1:1: on_fail: ", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Discarded_mail_is_accepted_and_dropped(string setting)
    {
        var run = await RunAsync(setting, $"{setting} = \"discard\"");
        Assert.Equal((VerdictKind.Discard, TransactionOutcome.Discarded), (run.Verdict, run.Outcome));
        Assert.Null(run.Reply);
    }

    [Theory]
    [InlineData("on_none", "DKIM: the message is not signed")]
    [InlineData("on_fail", "DKIM: the signature did not verify")]
    [InlineData("on_policy", "DKIM: the signature is not acceptable")]
    [InlineData("on_permerror", "DKIM: the signature cannot be verified")]
    [InlineData("on_temperror", "DKIM: a key could not be looked up")]
    public async Task Quarantined_mail_is_held_with_its_reason_and_its_results(string setting, string reason)
    {
        var run = await RunAsync(setting, $"{setting} = \"quarantine\"");
        Assert.Equal((VerdictKind.Continue, reason), (run.Verdict, run.QuarantineReason));
        Assert.Contains($"dkim={Results[setting].Word}", run.Header("Authentication-Results"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Tagged_mail_passes_with_one_field_that_nobody_outside_can_set(string setting)
    {
        var run = await DkimVerifyTests.Verifying("X-Verdict: all is well\r\n" + Results[setting].Mail, $"{setting} = \"tag\"\ntag_field = \"X-Verdict\"").RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
        Assert.StartsWith("DKIM: ", Assert.Single(run.Fields.All("X-Verdict")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_gets_no_tag_keeps_none_from_outside()
    {
        var run = await DkimVerifyTests.Verifying("X-DKIM-Judgement: all is well\r\n" + DkimVerifyMail.Passing, "on_fail = \"tag\"").RunAsync();
        Assert.Empty(run.Fields.All("X-DKIM-Judgement"));
    }

    [Fact]
    public async Task A_tag_field_that_is_no_field_name_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync("on_none", "tag_field = \"X Verdict:\""));
        Assert.StartsWith("settings:1:1: tag_field: ", Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Refused_mail_is_refused_by_the_word_that_the_log_shows(string setting)
    {
        var run = await RunAsync(setting, $"{setting} = \"reject\"");
        Assert.Contains(run.Notes, note => note.Text.StartsWith($"dkim={Results[setting].Word}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_pass_is_enough_whatever_the_other_signatures_are()
    {
        // RFC 6376 §6.1: a verifier that finds one valid signature need not look at the others.
        var mail = DkimVerifyMail.With(DkimVerifyMail.Signature("silent"), DkimVerifyMail.Signature("missing"), DkimVerifyMail.Broken(), DkimVerifyMail.Signature());
        var run = await DkimVerifyTests.Verifying(mail, DkimVerifyTests.AllRefused).RunAsync();
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }

    [Fact]
    public async Task Without_a_pass_what_may_pass_later_comes_first()
    {
        var mail = DkimVerifyMail.With(DkimVerifyMail.Broken(), DkimVerifyMail.Signature("missing"), DkimVerifyMail.Signature("silent"));
        var run = await DkimVerifyTests.Verifying(mail, "on_fail = \"reject\"\non_permerror = \"reject\"\non_temperror = \"tempfail\"").RunAsync();
        Assert.Equal(VerdictKind.TempFail, run.Verdict);
    }

    // RFC 6376 §3.6.1, t=y: "Verifiers MUST NOT treat messages from Signers in testing mode differently from unsigned email, even should the signature fail to verify".
    [Theory]
    [InlineData(true, "fail")]
    [InlineData(false, "pass")]
    public async Task Mail_with_a_key_under_test_is_treated_as_unsigned_and_its_result_reported(bool isBroken, string word)
    {
        var mail = DkimVerifyMail.With(isBroken ? DkimVerifyMail.Broken("testing") : DkimVerifyMail.Signature("testing"));
        var accepting = await DkimVerifyTests.Verifying(mail, DkimVerifyTests.AllRefused.Replace("on_none = \"reject\"", "", StringComparison.Ordinal)).RunAsync();
        Assert.Equal(VerdictKind.Continue, accepting.Verdict);
        var result = Assert.IsType<DkimSignatureResult>(Assert.Single(accepting.Results));
        Assert.Equal((word, true), (result.Word, result.IsTestingKey));
        var refusing = await DkimVerifyTests.Verifying(mail, "on_none = \"reject\"").RunAsync();
        Assert.Equal("550 5.7.20 DKIM: the message has no signature but of a key under test [dkim_verify]", refusing.Reply!.ToString());
    }

    [Fact]
    public async Task A_key_under_test_neither_saves_nor_harms_what_another_signature_decides()
    {
        var failing = DkimVerifyMail.With(DkimVerifyMail.Signature("testing"), DkimVerifyMail.Broken());
        Assert.Equal(VerdictKind.Reject, (await DkimVerifyTests.Verifying(failing, "on_fail = \"reject\"").RunAsync()).Verdict);
        var passing = DkimVerifyMail.With(DkimVerifyMail.Broken("testing"), DkimVerifyMail.Signature());
        Assert.Equal(VerdictKind.Continue, (await DkimVerifyTests.Verifying(passing, DkimVerifyTests.AllRefused).RunAsync()).Verdict);
    }

    private static Task<FilterRun> RunAsync(string setting, string settings) => DkimVerifyTests.Verifying(Results[setting].Mail, settings).RunAsync();
}
