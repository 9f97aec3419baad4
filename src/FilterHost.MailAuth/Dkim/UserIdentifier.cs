using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FilterHost.MailAuth.Dkim;

/// <summary>The AUID, tag <c>i=</c>: a local part in DKIM-quoted-printable, "@" and a domain (RFC 6376 §3.5, §2.11).</summary>
internal static class UserIdentifier
{
    // RFC 5321 §4.5.3.1.1 has 64; senders that encode a recipient's address into it need more. The value is reported, so it is bounded.
    private const int MaximumLocalPart = 256;

    /// <summary>Decodes a value; false where it is malformed or hides control characters.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out string text, [NotNullWhen(true)] out DomainName? domain)
    {
        text = "";
        domain = null;
        var at = value.LastIndexOf((byte)'@');
        if (at < 0 || value.EndsWith("."u8) || !DomainName.TryParse(value[(at + 1)..], out domain) || !TryDecode(value[..at], out var localPart))
            return false;
        text = $"{localPart}@{domain}";
        return true;
    }

    /// <summary>Encodes an AUID for the tag; its domain becomes A-labels.</summary>
    public static string Encode(string identifier)
    {
        var at = identifier.LastIndexOf('@');
        var encoded = new StringBuilder(identifier.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(identifier[..at]))
        {
            if (QuotedPrintable.IsSafe(octet))
                encoded.Append((char)octet);
            else
                QuotedPrintable.Append(encoded, octet);
        }
        return encoded.Append('@').Append(DomainName.Parse(identifier[(at + 1)..])).ToString();
    }

    private static bool TryDecode(ReadOnlySpan<byte> encoded, out string localPart)
    {
        localPart = "";
        Span<byte> decoded = stackalloc byte[MaximumLocalPart];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var octet = encoded[i];
            // §2.11: folding white space is ignored.
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            if (octet == '=')
            {
                if (i + 2 >= encoded.Length || !byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet))
                    return false;
                i += 2;
            }
            if (length == MaximumLocalPart || octet is < 32 or 127)
                return false;
            decoded[length++] = octet;
        }
        if (!Utf8.IsValid(decoded[..length]))
            return false;
        localPart = Encoding.UTF8.GetString(decoded[..length]);
        return true;
    }
}
