using System.Text;
using FilterHost.MailAuth.Syntax;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>Whatever stands in a field is an answer, in bounded time, and never an exception.</summary>
public sealed class AuthenticationResultsMutationTests
{
    private static readonly string[] Ids = ["mx.example.com", "mx.google.com", "mx.microsoft.com", "mx1.messagingengine.com", "atlas.free.mail.yahoo.com", "b\u00fccher.example"];

    public static IEnumerable<TheoryDataRow<string>> Seeds =>
        [.. AuthenticationResultsOfPeers.All.Select(static body => new TheoryDataRow<string>(body)),
            " (a \\) (b)) \"b\u00fccher.example\" (c) 1 ; dkim/1=fail (d) reason=\"a\\\"b\r\n\tc\" header.i=\"a b\"@b\u00fccher.example policy.uncovered-bytes=1"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_field_near_a_good_one_is_read_whole_or_not_at_all(string seed)
    {
        Assert.NotNull(AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(seed)));
        foreach (var body in Mutations.Of(Encoding.UTF8.GetBytes(seed)))
        {
            var claims = AuthenticationResultsField.ClaimsAuthservId(body, Ids);
            if (AuthenticationResultsField.Read(body) is not { } field)
                continue;
            // What could be trusted as ours is what is removed as forged.
            Assert.Equal(claims, field.IsFrom(Ids));
            Assert.All(field.Results, static result => Assert.DoesNotContain(TextsOf(result), static text => text.Any(char.IsControl)));
        }
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(((((((((((((((((((((((((((((((((((((((((((((((((()")]
    [InlineData("(a)")]
    [InlineData("(a) (")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("a ")]
    [InlineData(";")]
    [InlineData("; a=b")]
    [InlineData("; a=b c.d=e")]
    [InlineData(" c.d=e")]
    [InlineData(" .")]
    [InlineData("\r\n\t")]
    [InlineData("a.")]
    [InlineData("\u00fc")]
    [InlineData("1")]
    public void A_megabyte_takes_no_more_than_its_length(string piece)
    {
        foreach (var start in new[] { "", " other.example; a=b (", " other.example; a=b", " (((", " \"" })
        {
            var body = Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length)) + "(");
            var clock = System.Diagnostics.Stopwatch.StartNew();
            Assert.Null(AuthenticationResultsField.Read(body));
            Assert.False(AuthenticationResultsField.ClaimsAuthservId(body, Ids));
            AuthenticationResultsField.Read(body.AsSpan(0, 128 * 1024));
            // A quadratic reader takes many minutes; this is for a machine that has much else to do.
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{start}{piece}: {clock.Elapsed}");
        }
    }

    private static IEnumerable<string> TextsOf(AuthenticationResult result)
    {
        yield return result.Method;
        yield return result.Word;
        yield return result.Reason ?? "";
        foreach (var property in result.Properties)
        {
            yield return property.Type;
            yield return property.Name;
            yield return property.Value;
        }
    }
}
