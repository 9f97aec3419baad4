using System.Security.Cryptography;
using System.Text;

namespace FilterHost.Plugins.Tests;

/// <summary>
/// Mail that is signed by hand: simple/simple leaves octets as they are, so a signature is a hash and one RSA operation, without any code of ours. Each result of RFC 8601 §2.7.1
/// that an evaluation can end with has its message.
/// </summary>
internal static class DkimVerifyMail
{
    public const string Body = "Hello\r\nworld\r\n";

    private const string From = "From: a@example.com\r\n";

    /// <summary>The keys of <see cref="DkimSignKeys"/>, one under test, one that is revoked, one whose server fails, one whose server is silent.</summary>
    public static string Zone { get; } = $"""
        {DkimSignKeys.Zone}
        testing._domainkey.example.com. TXT "v=DKIM1; t=y; p={Convert.ToBase64String(DkimSignKeys.RsaPrivate.ExportSubjectPublicKeyInfo())}"
        revoked._domainkey.example.com. TXT "v=DKIM1; p="
        text._domainkey.example.com. A 192.0.2.1
        failing._domainkey.example.com. FAIL SERVFAIL
        silent._domainkey.example.com. FAIL TIMEOUT
        """;

    /// <summary>An unsigned message.</summary>
    public static string Unsigned => $"{From}\r\n{Body}";

    public static string Passing => With(Signature());

    public static string Failing => With(Broken());

    public static string Temporary => With(Signature(selector: "silent"));

    public static string Permanent => With(Signature(selector: "missing"));

    /// <summary>Verifies, but leaves the second line unsigned.</summary>
    public static string Uncovered => With(Signature(tags: " l=7;", signedBody: "Hello\r\n"));

    /// <summary>A message with these signatures, top to bottom.</summary>
    public static string With(params string[] signatures) => string.Concat(signatures) + Unsigned;

    /// <summary>A message of another author, with a signature of example.com that verifies.</summary>
    public static string SignedFrom(string author) => $"{Signature(from: $"From: {author}\r\n")}From: {author}\r\n\r\n{Body}";

    /// <summary>A signature field that does not verify.</summary>
    public static string Broken(string selector = "rsa") => Signature(selector, signedBody: "other\r\n");

    /// <summary>A signature field.</summary>
    /// <param name="selector">The selector; the key is the same for all.</param>
    /// <param name="tags">Further tags, each ended by a semicolon.</param>
    /// <param name="signedBody">The body that is hashed.</param>
    /// <param name="from">The From field.</param>
    public static string Signature(string selector = "rsa", string tags = "", string signedBody = Body, string from = From)
    {
        var bodyHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(signedBody)));
        var unsigned = $"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.com; s={selector};{tags} h=from; bh={bodyHash}; b=";
        var signature = DkimSignKeys.RsaPrivate.SignData(Encoding.UTF8.GetBytes(from + unsigned), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{unsigned}{Convert.ToBase64String(signature)}\r\n";
    }
}
