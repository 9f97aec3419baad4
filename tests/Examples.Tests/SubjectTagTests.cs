using System.Text;
using FilterHost.Examples.SubjectTag;
using FilterHost.Testing;
using MimeKit;

namespace FilterHost.Examples.Tests;

/// <summary>The example that tags subjects.</summary>
public sealed class SubjectTagTests
{
    private static readonly FilterTest External = FilterTest.For<SubjectTagPlugin>("tag = \"[EXTERNAL]\"");

    [Fact]
    public async Task Mail_from_outside_is_tagged_and_our_own_is_not()
    {
        (await External.RunAsync()).ExpectDelivered().ExpectHeader("Subject", "[EXTERNAL] Greetings").ExpectNoProblems();
        (await External.Client("127.0.0.1").RunAsync()).ExpectUnchanged();
        (await External.Authenticated("joe").RunAsync()).ExpectUnchanged();
        (await FilterTest.For<SubjectTagPlugin>("tag = \"[ALL]\"\nexternal_only = false").Authenticated("joe").RunAsync()).ExpectHeader("Subject", "[ALL] Greetings");
    }

    [Theory]
    [InlineData(" =?utf-8?q?Gr=C3=BC=C3=9Fe?=", " [EXTERNAL] =?utf-8?q?Gr=C3=BC=C3=9Fe?=")]
    [InlineData("   two\r\n lines", " [EXTERNAL] two\r\n lines")]
    [InlineData("\r\n folded", " [EXTERNAL] folded")]
    [InlineData("", " [EXTERNAL]")]
    [InlineData("no space", " [EXTERNAL] no space")]
    [InlineData(" Gr\u00fc\u00dfe", " [EXTERNAL] Gr\u00fc\u00dfe")]
    [InlineData(" 789012345678901234567890123456789012345678901234567890123456", " [EXTERNAL]\r\n 789012345678901234567890123456789012345678901234567890123456")]
    public async Task The_subject_itself_stays_as_it_is_to_the_octet(string subject, string tagged)
    {
        var run = await External.WithMessage($"Subject:{subject}\r\n\r\nx\r\n").RunAsync();
        run.ExpectMessage($"Subject:{tagged}\r\n\r\nx\r\n");
    }

    [Theory]
    [InlineData(" a\0b", "[EXTERNAL] a b")]
    [InlineData(" a\rb", "[EXTERNAL] a b")]
    [InlineData(" a\r\n \t\r\n b", "[EXTERNAL] a b")]
    public async Task What_no_field_may_hold_does_not_keep_the_tag_away(string subject, string tagged) =>
        (await External.WithMessage($"Subject:{subject}\r\n\r\nx\r\n").RunAsync()).ExpectDelivered().ExpectHeader("Subject", tagged).ExpectNoProblems();

    [Theory]
    [InlineData("Re: [EXTERNAL] Greetings")]
    [InlineData("=?utf-8?q?=5BEXTERNAL=5D_Gr=C3=BC=C3=9Fe?=")]
    public async Task A_subject_that_has_the_tag_is_not_tagged_again(string subject) => (await External.WithField("Subject", subject).RunAsync()).ExpectUnchanged();

    [Fact]
    public async Task Tagging_twice_is_tagging_once()
    {
        var test = FilterTest.For<SubjectTagPlugin>("tag = \"[außerhalb]\"");
        var first = await test.WithField("Subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=").RunAsync();
        (await test.WithMessage(first.Message).RunAsync()).ExpectUnchanged();
    }

    [Theory]
    [InlineData("[außerhalb]", "plain")]
    [InlineData("[außerhalb]", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=")]
    [InlineData("=?odd", "plain")]
    [InlineData("[ααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααααα]", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=")]
    [InlineData("[🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟]", "plain")]
    public async Task A_tag_that_is_not_ASCII_is_encoded_and_reads_the_same_by_another_reader(string tag, string subject)
    {
        var run = await FilterTest.For<SubjectTagPlugin>($"tag = \"{tag}\"").WithField("Subject", subject).RunAsync();
        var decoded = (await FilterTest.For<SubjectTagPlugin>("tag = \"x\"\nexternal_only = true").Client("127.0.0.1").WithField("Subject", subject).RunAsync()).Fields.First("Subject")!.DecodedText;
        Assert.Equal($"{tag} {decoded}", SubjectOf(run));
        run.ExpectHeader("Subject", $"{tag} {decoded}");
        Assert.All(run.Fields.First("Subject")!.Body.ToArray(), octet => Assert.InRange(octet, (byte)'\n', (byte)'~'));
        Assert.All(Encoding.ASCII.GetString(run.Fields.First("Subject")!.Body.Span).Split("\r\n"), line => Assert.InRange(line.Length, 1, 78));
    }

    [Fact]
    public async Task Each_of_several_subjects_is_tagged_and_a_missing_one_is_made()
    {
        (await External.WithMessage("Subject: a\nSubject: b\n\nx\n").RunAsync()).ExpectMessage("Subject: [EXTERNAL] a\nSubject: [EXTERNAL] b\n\nx\n");
        (await External.WithMessage("From: a@example.com\n\nx\n").RunAsync()).ExpectMessage("From: a@example.com\nSubject: [EXTERNAL]\n\nx\n");
    }

    [Theory]
    [InlineData("fail", "", true)]
    [InlineData("none", "", false)]
    [InlineData("fail", "pass", false)]
    [InlineData("fail", "none", true)]
    public async Task A_condition_on_results_holds_where_the_method_did_not_pass_besides(string first, string second, bool isTagged)
    {
        AuthenticationResult[] results = [new GenericResult("dkim", first), new GenericResult("spf", "pass"), .. second.Length > 0 ? [new GenericResult("dkim", second)] : Array.Empty<AuthenticationResult>()];
        var run = await FilterTest.For<SubjectTagPlugin>("tag = \"[BAD]\"\nresults = [\"dkim=fail\"]").WithResultsBefore(results).RunAsync();
        run.ExpectHeader("Subject", isTagged ? "[BAD] Greetings" : "Greetings");
    }

    [Theory]
    [InlineData("tag = \"\"", "tag: is one line of 1 to 100 characters")]
    [InlineData("tag = \"a\\nb\"", "tag: is one line of 1 to 100 characters")]
    [InlineData("tag = \"x\"\nresults = [\"dmarc\"]", "results: 'dmarc' is no result: METHOD=WORD")]
    [InlineData("tag = \"x\"\nresults = [\"dmarc=fail\"]", "needs the results of dmarc")]
    public async Task Wrong_settings_are_refused_at_start(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<SubjectTagPlugin>(settings).RunAsync());
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    private static string? SubjectOf(FilterRun run)
    {
        using var mail = MimeMessage.Load(new MemoryStream(run.Message.ToArray()));
        return mail.Subject;
    }
}
