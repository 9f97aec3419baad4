using System.Text;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Syntax;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Whatever strangers write in fields and DNS is an answer, and never an exception.</summary>
public sealed class MalformedInputTests
{
    private const string Signature =
        " v=1; a=rsa-sha256; c=relaxed/simple; d=b\u00fccher.example; s=s1.x;\r\n\tt=1; x=2; i=a=3D@b\u00fccher.example; l=5; q=dns/txt; h=From : To:\r\n\tSubject; z=From:x|y; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n\tBBBB";

    [Fact]
    public void A_signature_field_near_a_good_one_has_a_problem_or_all_that_is_required()
    {
        Assert.Null(DkimSignature.Parse(FieldOf(Encoding.UTF8.GetBytes(Signature)), 1000).Problem);
        foreach (var body in Mutations.Of(Encoding.UTF8.GetBytes(Signature)))
        {
            var signature = DkimSignature.Parse(FieldOf(body), 1000);
            if (signature.Problem is not null)
                continue;
            Assert.True(signature is { KeyName: not null, SigningDomain: not null, Selector.Length: > 0, BodyHash.Length: 32, Signature.Length: > 0, SignedHeaderFields.Count: > 0 });
            Assert.DoesNotContain('\0', signature.KeyName!.ToString());
        }
    }

    [Fact]
    public async Task A_signature_field_near_a_good_one_passes_only_where_its_meaning_is_the_same()
    {
        var message = RawMessage.Parse("From: a@example.com\r\nTo: b@example.net\r\n\r\nHello\r\n");
        var good = Signing.SignByHand(message, "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=from:to; bh=BH; b=");
        foreach (var body in Mutations.Of(good.Body.ToArray()))
        {
            var result = Assert.Single(await Signing.VerifyAsync(message.With(FieldOf(body))));
            if (result.Outcome != DkimOutcome.Pass)
                continue;
            // Only white space inside b= is outside what is signed (RFC 6376 §3.5); the rest was hashed.
            Assert.Equal(Folded(good.Body.Span), Folded(body));
        }
    }

    [Fact]
    public void A_key_record_near_a_good_one_is_a_record_with_a_key_or_a_problem_or_none()
    {
        foreach (var text in Mutations.Of("v=DKIM1; k=ed25519; h=sha1:sha256; s=email:*; t=y:s; n=x=20y; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="u8.ToArray()))
        {
            if (KeyRecord.Parse(text) is { Problem: null } record)
                Assert.NotEmpty(record.PublicKey);
        }
    }

    [Fact]
    public void A_key_near_a_good_one_is_imported_or_refused()
    {
        var cache = new PublicKeyCache();
        var key = Convert.FromBase64String(Signing.RsaPublic);
        foreach (var octets in Mutations.Of(key[..60]).Select(start => (byte[])[.. start, .. key[60..]]))
        {
            var imported = cache.Import(SigningAlgorithm.RsaSha256, octets, out var problem);
            Assert.True((imported is null) == (problem is not null));
        }
    }

    [Fact]
    public void A_results_field_near_a_forged_one_never_hides_the_forged_name()
    {
        foreach (var body in Mutations.Of(" (a \\) (b)) \"mx.Example\\.net\" (c) 1 ; dkim=pass"u8.ToArray()))
            AuthenticationResultsField.ClaimsAuthservId(body, ["mx.example.net"]);
        foreach (var start in new[] { " ", "\t", "\r\n ", "(x)", " (x (y))\r\n\t", "( \\) ) " })
            Assert.True(AuthenticationResultsField.ClaimsAuthservId(Encoding.ASCII.GetBytes(start + "MX.example.NET; spf=pass"), ["mx.example.net"]), start);
    }

    private static HeaderField FieldOf(byte[] body) => new("DKIM-Signature"u8.ToArray(), body);

    // Relaxed: runs of white space are one space, and white space counts for nothing in b=.
    private static string Folded(ReadOnlySpan<byte> body)
    {
        var text = string.Join(' ', Encoding.Latin1.GetString(body).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var signature = text.IndexOf(" b=", StringComparison.Ordinal);
        return signature < 0 ? text : text[..signature] + text[signature..].Replace(" ", "", StringComparison.Ordinal);
    }
}
