using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>What is done to mail on each result: by default nothing, else what the settings say.</summary>
public sealed class SpfActionTests
{
    internal const string AllRefused = "on_fail = \"reject\"\non_softfail = \"reject\"\non_neutral = \"reject\"\non_none = \"reject\"\non_permerror = \"reject\"\non_temperror = \"reject\"\n";

    /// <summary>Each setting, with the reverse-path of the result that it is for.</summary>
    private static readonly Dictionary<string, (string Path, string Word)> Results = new()
    {
        ["on_fail"] = ("a@example.com", "fail"),
        ["on_softfail"] = ("a@soft.example.com", "softfail"),
        ["on_neutral"] = ("a@neutral.example.com", "neutral"),
        ["on_none"] = ("a@none.example.com", "none"),
        ["on_permerror"] = ("a@wrong.example.com", "permerror"),
        ["on_temperror"] = ("a@silent.example.com", "temperror"),
    };

    public static TheoryData<string> Settings => [.. Results.Keys];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Every_result_is_accepted_by_default(string setting)
    {
        var run = await RunAsync(setting, "");
        Assert.Equal((VerdictKind.Continue, null), (run.Verdict, run.QuarantineReason));
        Assert.Equal(Results[setting].Word, SpfTests.MailFrom(run).Word);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_action_of_one_result_is_for_no_other(string setting) =>
        Assert.Equal(VerdictKind.Continue, (await RunAsync(setting, AllRefused.Replace($"{setting} = \"reject\"", "", StringComparison.Ordinal))).Verdict);

    // RFC 7372 §3.2: 5.7.23 for mail that fails, X.7.24 for errors.
    [Theory]
    [InlineData("on_fail", "reject", "550 5.7.23 SPF: 203.0.113.9 may not send mail of example.com. The domain's owner says: 100% of 203.0.113.9 may not: a [spf]")]
    [InlineData("on_fail", "tempfail", "451 4.7.23 SPF: 203.0.113.9 may not send mail of example.com [spf]")]
    [InlineData("on_softfail", "reject", "550 5.7.1 SPF: 203.0.113.9 probably may not send mail of soft.example.com [spf]")]
    [InlineData("on_neutral", "reject", "550 5.7.1 SPF: neutral.example.com does not say whether 203.0.113.9 may send its mail [spf]")]
    [InlineData("on_none", "reject", "550 5.7.1 SPF: none.example.com has no SPF record [spf]")]
    [InlineData("on_permerror", "reject", "550 5.7.24 SPF: record of wrong.example.com: syntax error at 'moo' [spf]")]
    [InlineData("on_temperror", "reject", "550 5.7.24 SPF: silent.example.com could not be looked up [spf]")]
    [InlineData("on_temperror", "tempfail", "451 4.7.24 SPF: silent.example.com could not be looked up [spf]")]
    public async Task Refused_mail_gets_the_codes_of_RFC_7372(string setting, string action, string reply)
    {
        var run = await RunAsync(setting, $"{setting} = \"{action}\"");
        Assert.Equal(reply, run.Reply!.ToString());
        Assert.Empty(run.Edits);
    }

    [Theory]
    [InlineData("on_fail = \"reject\"\nexplain = false")]
    [InlineData("on_fail = \"discard\"")]
    [InlineData("")]
    public async Task The_explanation_is_asked_for_only_where_a_refusal_carries_it(string settings) =>
        Assert.DoesNotContain("why.example.com", (await RunAsync("on_fail", settings)).DnsQuestions.Select(static name => name.ToString()));

    [Fact]
    public async Task Whatever_the_explanation_holds_the_reply_is_one_line()
    {
        var run = await SpfTests.Evaluating("on_fail = \"reject\"").From("\"x\u00e9%s\"@example.com").Client("203.0.113.9").RunAsync();
        Assert.Equal("550 5.7.23 SPF: 203.0.113.9 may not send mail of example.com. The domain's owner says: 100% of 203.0.113.9 may not: x?%s [spf]", run.Reply!.ToString());
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Mail_may_be_tagged_held_or_dropped(string setting)
    {
        var tagged = await RunAsync(setting, $"{setting} = \"tag\"");
        Assert.StartsWith("SPF: ", tagged.Header("X-SPF-Judgement"), StringComparison.Ordinal);
        Assert.StartsWith("SPF: ", (await RunAsync(setting, $"{setting} = \"quarantine\"")).QuarantineReason, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Discard, (await RunAsync(setting, $"{setting} = \"discard\"")).Verdict);
    }

    private static Task<FilterRun> RunAsync(string setting, string settings) => SpfTests.Evaluating(settings).From(Results[setting].Path).Client("203.0.113.9").RunAsync();
}
