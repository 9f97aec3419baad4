using System.Text;
using CsCheck;
using FilterHost.MailAuth.Syntax;
using MimeKit.Cryptography;

namespace FilterHost.MailAuth.Tests.Syntax;

public sealed class AuthenticationResultsTests
{
    private static readonly string[] Ours = ["mx.example.com", "bücher.example"];

    [Theory]
    [InlineData(" mx.example.com; dkim=pass")]
    [InlineData("mx.example.com;dkim=pass")]
    [InlineData(" MX.Example.COM; dkim=pass")]
    [InlineData(" \"mx.example.com\"; dkim=pass")]
    [InlineData(" \"mx.ex\\ample.com\"; dkim=pass")]
    [InlineData(" (comment) mx.example.com (other) ; dkim=pass")]
    [InlineData(" (a (nested) \\) one;) mx.example.com; dkim=pass")]
    [InlineData("\r\n\tmx.example.com;\r\n\tdkim=pass")]
    [InlineData(" mx.example.com 1; dkim=pass")]
    [InlineData(" mx.example.com 99; dkim=pass")]
    [InlineData(" mx.example.com (v) 1 (w); none")]
    [InlineData(" mx.example.com/jobid; dkim=pass")]
    [InlineData(" mx.example.com.; dkim=pass")]
    [InlineData(" mx.example.com")]
    [InlineData(" mx.example.com dkim=pass")]
    [InlineData(" ((( mx.example.com; dkim=pass")]
    [InlineData(" \"mx.example.com; dkim=pass")]
    [InlineData(" ; mx.example.com; dkim=pass")]
    [InlineData(" x\0 mx.example.com; dkim=pass")]
    [InlineData(" xn--bcher-kva.example; dkim=pass")]
    [InlineData(" BÜCHER.example; dkim=pass")]
    public void A_field_that_anybody_could_take_for_ours_is_forged(string body) =>
        Assert.True(AuthenticationResultsField.ClaimsAuthservId(Encoding.UTF8.GetBytes(body), Ours));

    [Theory]
    [InlineData(" other.example; dkim=pass")]
    [InlineData(" other.example; spf=pass smtp.mailfrom=a@mx.example.com")]
    [InlineData(" other.example (mx.example.com); dkim=pass")]
    [InlineData(" other.example 1; dkim=pass reason=\"mx.example.com\"")]
    [InlineData(" evilmx.example.com; dkim=pass")]
    [InlineData(" mx.example.com.evil.example; dkim=pass")]
    [InlineData(" sub.mx.example.com; dkim=pass")]
    [InlineData(" ((( other.example; dkim=pass")]
    [InlineData("")]
    public void A_field_of_another_is_kept(string body) =>
        Assert.False(AuthenticationResultsField.ClaimsAuthservId(Encoding.UTF8.GetBytes(body), Ours));

    [Fact]
    public void Results_stand_in_order_and_are_folded()
    {
        var field = AuthenticationResultsWriter.Write(
            "mx.example.com",
            [
                new GenericResult("x-a", "pass"),
                new DkimSignatureResult { Outcome = DkimOutcome.Pass, SigningDomain = DomainName.Parse("example.org"), UserIdentifier = "@example.org", Algorithm = "rsa-sha256", Selector = "s", SignaturePrefix = "a/b+cdef" },
                new SpfResult { Outcome = SpfOutcome.Pass, Identity = SpfIdentity.MailFrom, Mailbox = "a b@example.org" },
            ],
            allowUtf8: false);
        Assert.Equal(
            "Authentication-Results: mx.example.com; spf=pass\r\n\tsmtp.mailfrom=\"a b\"@example.org; dkim=pass header.d=example.org\r\n\theader.i=@example.org header.a=rsa-sha256 header.s=s header.b=\"a/b+cdef\";\r\n\tx-a=pass",
            field.ToString());
    }

    [Fact]
    public void Without_results_the_field_says_none() =>
        Assert.Equal("Authentication-Results: mx.example.com; none", AuthenticationResultsWriter.Write("mx.example.com", [], false).ToString());

    [Fact]
    public void A_local_part_that_ASCII_cannot_hold_is_left_out() =>
        Assert.Equal("Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=@example.org",
            AuthenticationResultsWriter.Write("mx.example.com", [new SpfResult { Outcome = SpfOutcome.Pass, Identity = SpfIdentity.MailFrom, Mailbox = "jürgen@example.org" }], false).ToString());

    [Fact]
    public void Whatever_the_values_hold_the_field_has_the_results_that_were_given()
    {
        var hostile = Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Const('\r'), Gen.Const('\n'), Gen.Const('\0'), Gen.Const('"'), Gen.Const('\\'), Gen.Const('('), Gen.Const(';'), Gen.Const('ü')), 0, 40];
        Gen.Select(hostile, hostile, hostile).Sample((reason, value, local) =>
        {
            var field = AuthenticationResultsWriter.Write(
                "mx.example.com",
                [
                    new GenericResult("x-a", "pass", new ResultProperty("policy", "a", value), new ResultProperty("smtp", "mailfrom", $"{local}@example.org")) { Reason = reason },
                    new GenericResult("x-b", "fail"),
                ],
                allowUtf8: false);
            var body = field.Body.Span;
            Assert.False(body.ContainsAnyInRange((byte)128, (byte)255) || body.Contains((byte)0));
            // Every line break is a fold, and no line is empty.
            var lines = Encoding.ASCII.GetString(body).Split("\r\n");
            Assert.All(lines.Skip(1), line => Assert.True(line.Length > 1 && line[0] == '\t'));
            Assert.All(lines, line => Assert.True(line.Length <= 998 && !line.Contains('\r', StringComparison.Ordinal) && !line.Contains('\n', StringComparison.Ordinal)));
            Assert.Equal(["x-a=pass", "x-b=fail"], ResultsOf(body));
            if (AuthenticationResults.TryParse(body.ToArray(), out var parsed))
                Assert.Equal(["x-a=pass", "x-b=fail"], parsed.Results.Select(result => $"{result.Method}={result.Result.ToString().ToLowerInvariant()}"));
        });
    }

    // A reader of its own for the test: what stands at the beginning and after each semicolon outside of quotes.
    private static List<string> ResultsOf(ReadOnlySpan<byte> body)
    {
        var results = new List<string>();
        var part = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i <= body.Length; i++)
        {
            if (i == body.Length || (body[i] == ';' && !isQuoted))
            {
                results.Add(part.ToString().Trim().Split([' ', '\t', '\r', '\n'])[0]);
                part.Clear();
                continue;
            }
            if (isQuoted && body[i] == '\\')
                i++;
            else if (body[i] == '"')
                isQuoted = !isQuoted;
            part.Append((char)body[i]);
        }
        Assert.False(isQuoted);
        return results[1..];
    }
}
