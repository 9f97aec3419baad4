using System.Text;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Writes the DNS record of a signing key (RFC 6376 §3.6.1, RFC 8463 §4).</summary>
public static class KeyRecordText
{
    // A character-string of a TXT record holds at most 255 octets (RFC 1035 §3.3).
    private const int MaximumStringLength = 255;

    /// <summary>The text of the record: <c>v=DKIM1; k=rsa; p=…</c>.</summary>
    public static string Of(SigningKeyDescription key) =>
        $"v=DKIM1; k={(key.Algorithm is SigningAlgorithm.Ed25519Sha256 ? "ed25519" : "rsa")}; p={Convert.ToBase64String(key.PublicKey.Span)}";

    /// <summary>The record as a line of a zone file; a text over 255 octets becomes several strings.</summary>
    public static string ToZoneLine(SigningKeyDescription key)
    {
        var line = new StringBuilder($"{key.Selector}._domainkey.{key.SigningDomain}. IN TXT (");
        for (var rest = Of(key).AsMemory(); !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(MaximumStringLength, rest.Length)];
            rest = rest[part.Length..];
            line.Append(" \"").Append(part).Append('"');
        }
        return line.Append(" )").ToString();
    }
}
