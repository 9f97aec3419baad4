using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>RFC 7208 §6.2: explanations.</summary>
public sealed class Rfc7208ExplanationTests
{
    private const string Record = "example.com TXT v=spf1 -all exp=why.example.com";

    [Theory]
    [InlineData("%{i} may not send for %{d}%_at%_%{r}", "192.0.2.1 may not send for example.com at mx.example.net")]
    [InlineData("%{c} %{s} %{l} %{o} %{v} %{h} %{p}", "192.0.2.1 user@example.com user example.com in-addr mail.example.com unknown")]
    [InlineData("see http://example.com/?s=%{S}", "see http://example.com/?s=user%40example.com")]
    [InlineData("100%% sure", "100% sure")]
    [InlineData("wrong %{z}", null)]
    [InlineData("wrong %", null)]
    [InlineData("caf\u00e9", null)]
    [InlineData("two\r\nlines", null)]
    [InlineData("bell\u0007", null)]
    public async Task The_text_is_expanded_or_left_out(string text, string? expected) =>
        Assert.Equal(expected, (await Evaluating.MailFromAsync(SpfZone.Of(Record, $"why.example.com TXT {text}"))).Explanation);

    [Theory]
    [InlineData("why.example.com TXT one", "why.example.com TXT two")]
    [InlineData("why.example.com A 192.0.2.1", "x.example.com A 192.0.2.1")]
    [InlineData("why.example.com FAIL Timeout", "x.example.com A 192.0.2.1")]
    [InlineData("why.example.com FAIL BudgetSpent", "x.example.com A 192.0.2.1")]
    public async Task Not_exactly_one_text_is_none_and_the_result_stays(params string[] lines)
    {
        var evaluation = await Evaluating.MailFromAsync(SpfZone.Of([Record, .. lines]));
        Assert.Equal(("fail", null), (evaluation.Result.Word, evaluation.Explanation));
    }

    [Theory]
    [InlineData("v=spf1 ~all exp=why.example.com")]
    [InlineData("v=spf1 all exp=why.example.com")]
    [InlineData("v=spf1 exp=why.example.com")]
    public async Task It_is_fetched_on_fail_alone(string record)
    {
        var zone = SpfZone.Of($"example.com TXT {record}", "why.example.com TXT x");
        Assert.Null((await Evaluating.MailFromAsync(zone)).Explanation);
        Assert.Equal(["TXT example.com"], zone.Questions);
    }

    [Fact]
    public async Task It_is_fetched_only_where_it_is_asked_for()
    {
        var zone = SpfZone.Of(Record, "why.example.com TXT x");
        var request = SpfRequest.ForSender(System.Net.IPAddress.Parse("192.0.2.1"), null, "user", "example.com");
        var evaluation = await new SpfEvaluator(new SpfOptions(), TimeProvider.System).EvaluateAsync(request, zone, TestContext.Current.CancellationToken);
        Assert.Equal(("fail", null), (evaluation.Result.Word, evaluation.Explanation));
        Assert.Equal(["TXT example.com"], zone.Questions);
    }

    [Theory]
    [InlineData("v=spf1 redirect=other.example.com exp=why.example.com", "of the other")]
    [InlineData("v=spf1 -include:pass.example.com exp=why.example.com", "why")]
    [InlineData("v=spf1 redirect=silent.example.com exp=why.example.com", null)]
    public async Task That_of_a_record_redirected_to_applies_and_that_of_an_included_one_does_not(string record, string? expected) =>
        Assert.Equal(expected, (await Evaluating.MailFromAsync(SpfZone.Of($"example.com TXT {record}", "why.example.com TXT why", "other.example.com TXT v=spf1 -all exp=of.example.com", "of.example.com TXT of the other",
            "pass.example.com TXT v=spf1 all exp=of.example.com", "silent.example.com TXT v=spf1 -all"))).Explanation);

    [Theory]
    [InlineData("<\"a\r\nb\"@example.com>")]
    [InlineData("<caf\u00e9@example.com>")]
    [InlineData("<\"a\u0085b\"@example.com>")]
    public async Task Whatever_the_client_says_it_is_printable_ASCII_and_fits_a_reply(string path)
    {
        var zone = SpfZone.Of(Record, $"why.example.com TXT {string.Concat(Enumerable.Repeat("%{l} %{h} ", 100))}");
        var explanation = (await Evaluating.MailFromAsync(zone, path, helo: "x\r\n250 ok\0\u2028" + new string('y', 10_000))).Explanation;
        if (explanation is null)
            return;
        Assert.InRange(explanation.Length, 1, SmtpReply.MaximumLineLength);
        Assert.DoesNotContain(explanation, static character => character is < ' ' or > '~');
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_left_out() =>
        Assert.Null((await Evaluating.MailFromAsync(SpfZone.Of(Record, $"why.example.com TXT {new string('x', 5000)}"))).Explanation);
}
