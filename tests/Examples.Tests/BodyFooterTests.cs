using System.Text;
using FilterHost.Examples.BodyFooter;
using FilterHost.Plugins.DkimSign;
using FilterHost.Testing;
using MimeKit;

namespace FilterHost.Examples.Tests;

/// <summary>The example of a filter that edits the body.</summary>
public sealed class BodyFooterTests
{
    private const string Settings = "text = \"Grüße & co\"";
    private const string Header = "From: a@example.com\nSubject: hello\n";

    [Fact]
    public async Task A_plain_message_gets_the_text_below_its_own()
    {
        var run = await RunAsync($"{Header}\nhi\n");
        run.ExpectHeader("MIME-Version", "1.0").ExpectHeader("Content-Type", "text/plain; charset=utf-8").ExpectHeader("Content-Transfer-Encoding", "base64").ExpectNoProblems();
        Assert.Equal("hi\r\n\r\nGrüße & co\r\n", Encoding.UTF8.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(run.Body.Span))));
    }

    [Fact]
    public async Task Each_form_of_an_alternative_gets_its_own_and_attachments_stay_as_they_are()
    {
        var run = await RunAsync($"""
            {Header}MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=outer

            --outer
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Type: text/plain

            hi
            --inner
            Content-Type: text/html; charset=us-ascii

            <html><body><p>hi</p></body></html>
            --inner--
            --outer
            Content-Type: text/plain
            Content-Disposition: attachment; filename=a.txt

            as  it is
            --outer--

            """);
        Assert.Equal("hi\n\nGrüße & co\n", MailOf(run).TextBody);
        Assert.Equal("<html><body><p>hi</p><p>Gr&#252;&#223;e &amp; co</p></body></html>", MailOf(run).HtmlBody);
        Assert.Contains("Content-Disposition: attachment; filename=a.txt\r\n\r\nas  it is\r\n--outer--", run.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\n\n--b\n\nhi\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n")]
    [InlineData("Content-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n\n--b\n\nhi\n--b--\n")]
    [InlineData("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nabcd\n")]
    [InlineData("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nabcd\n")]
    [InlineData("Content-Type: text/plain\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhi\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: multipart/signed; boundary=c\n\n--c--\n--b--\n")]
    [InlineData("DKIM-Signature: v=1\n\nhi\n")]
    [InlineData("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=FF\n")]
    [InlineData("Content-Type: text/plain; charset=no-such\n\nhi\n")]
    [InlineData("Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nabcd\n")]
    public async Task What_a_footer_would_break_stays_and_the_log_says_why(string rest)
    {
        var run = await RunAsync($"{Header}MIME-Version: 1.0\n{rest}");
        Assert.Empty(run.Edits);
        Assert.StartsWith("no footer: ", Assert.Single(run.Notes).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso-8859-1", "quoted-printable", "caf=E9", "café", "iso-8859-1")]
    [InlineData("windows-1252", "base64", "Y2Fm6Q==", "café", "windows-1252")]
    [InlineData("utf-8", "8bit", "caf\u00e9", "café", "utf-8")]
    [InlineData("iso-8859-2", "quoted-printable", "=B1", "ą", "iso-8859-2")]
    [InlineData("iso-8859-5", "quoted-printable", "=B1", "Б", "utf-8")]
    [InlineData("iso-2022-jp", "7bit", "\u001B$B$\"\u001B(B", "あ", "utf-8")]
    public async Task A_text_keeps_its_character_set_where_that_has_the_footers_characters(string charset, string encoding, string content, string text, string result)
    {
        var run = await RunAsync($"{Header}MIME-Version: 1.0\nContent-Type: text/plain; format=flowed; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{content}\n");
        run.ExpectDelivered().ExpectNoProblems();
        var part = Assert.IsType<TextPart>(MailOf(run).Body);
        Assert.Equal((result, "flowed"), (part.ContentType.Charset, part.ContentType.Format));
        Assert.Equal($"{text}\n\nGrüße & co\n", part.Text.ReplaceLineEndings("\n"));
        Assert.DoesNotContain(run.Body.ToArray(), static octet => octet > 127);
    }

    [Fact]
    public async Task Several_lines_are_several_lines_in_HTML_too()
    {
        var run = await FilterTest.For<BodyFooterPlugin>("text = \"one\\ntwo\"").Client("127.0.0.1").WithMessage($"{Header}Content-Type: text/html\n\n<p>hi</p>\n").RunAsync();
        Assert.EndsWith("<p>one<br>two</p>", MailOf(run).HtmlBody!.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_footer_of_nothing_is_refused_at_start() =>
        Assert.Contains("text: is empty", (await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<BodyFooterPlugin>("text = \" \"").RunAsync())).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Mail_of_others_is_left_alone() =>
        Assert.Empty((await FilterTest.For<BodyFooterPlugin>(Settings).WithMessage($"{Header}\nhi\n").RunAsync()).Edits);

    [Fact]
    public async Task Behind_the_signer_it_is_refused_at_start()
    {
        var test = FilterTest.For<BodyFooterPlugin>(Settings).WithPlugin<DkimSignPlugin>().WithSigningKeys("example.com").WithMessage($"{Header}\nhi\n");
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(test.RunAsync);
        Assert.Contains(refusal.Problems, problem => problem.Contains("filter body_footer may edit the body, which filter dkim_sign before it has signed; put body_footer before dkim_sign", StringComparison.Ordinal));
    }

    private static Task<FilterRun> RunAsync(string message) => FilterTest.For<BodyFooterPlugin>(Settings).Client("127.0.0.1").WithMessage(message).RunAsync();

    private static MimeMessage MailOf(FilterRun run) => MimeMessage.Load(new MemoryStream(run.Message.ToArray()));
}
