using System.Globalization;
using System.Text;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Writes the DNS record of a signing key (RFC 6376 §3.6.1, RFC 8463 §4).</summary>
public static class KeyRecordText
{
    // A character-string of a TXT record holds at most 255 octets (RFC 1035 §3.3).
    private const int MaximumStringLength = 255;

    /// <summary>The text of the record: <c>v=DKIM1; k=rsa; p=…</c>.</summary>
    public static string Of(SigningKeyDescription key, KeyRecordTags? tags = null)
    {
        var text = new StringBuilder("v=DKIM1; ");
        foreach (var tag in TagsOf(tags ?? KeyRecordTags.None))
            text.Append(tag).Append("; ");
        return text
            .Append(CultureInfo.InvariantCulture, $"k={(key.Algorithm is SigningAlgorithm.Ed25519Sha256 ? "ed25519" : "rsa")}; ")
            .Append(CultureInfo.InvariantCulture, $"p={Convert.ToBase64String(key.PublicKey.Span)}")
            .ToString();
    }

    /// <summary>The name of the record, without a dot at its end.</summary>
    public static string NameOf(SigningKeyDescription key) => $"{key.Selector}._domainkey.{key.SigningDomain}";

    /// <summary>The text cut into the strings of a TXT record, which holds 255 octets in each.</summary>
    public static IReadOnlyList<string> StringsOf(SigningKeyDescription key, KeyRecordTags? tags = null) =>
        [.. Of(key, tags).Chunk(MaximumStringLength).Select(static part => new string(part))];

    /// <summary>The record as one line of a zone file.</summary>
    public static string ToZoneLine(SigningKeyDescription key, KeyRecordTags? tags = null) =>
        $"{NameOf(key)}. IN TXT ( {string.Join(' ', StringsOf(key, tags).Select(Quote))} )";

    /// <summary>The record as people write it into a zone file: in brackets, a string on each line, <c>p=</c> on a line of its own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tags">What stands beside the key.</param>
    /// <param name="isRelative">True for a name within the zone of the domain, as opendkim-genkey writes it.</param>
    public static string ToZoneLines(SigningKeyDescription key, KeyRecordTags? tags = null, bool isRelative = false)
    {
        var text = Of(key, tags);
        var start = text.LastIndexOf("p=", StringComparison.Ordinal);
        var parts = text[..start].Chunk(MaximumStringLength).Concat(text[start..].Chunk(MaximumStringLength)).Select(static part => Quote(new string(part)));
        var name = isRelative ? $"{key.Selector}._domainkey" : NameOf(key) + ".";
        return $"{name}\tIN\tTXT\t( {string.Join("\n\t  ", parts)} )  ; ----- DKIM key {key.Selector} for {key.SigningDomain}";
    }

    /// <summary>In quotes, as zone files and nsupdate have strings. No text of a record holds a quote or a backslash.</summary>
    public static string Quote(string text) => $"\"{text}\"";

    private static IEnumerable<string> TagsOf(KeyRecordTags tags)
    {
        if (tags.Hashes.Count > 0)
            yield return $"h={string.Join(':', tags.Hashes)}";
        if (tags.IsForEmailOnly)
            yield return "s=email";
        if (tags.IsTesting || tags.ForbidsSubdomains)
            yield return $"t={string.Join(':', new[] { tags.IsTesting ? "y" : null, tags.ForbidsSubdomains ? "s" : null }.OfType<string>())}";
        if (!string.IsNullOrWhiteSpace(tags.Note))
            yield return $"n={EncodeNote(tags.Note.Trim())}";
    }

    // RFC 6376 §3.6.1 makes n= a qp-section (RFC 2045 §6.7). A semicolon would end the tag; quotes and backslashes have a meaning of their own in zone files.
    private static string EncodeNote(string note)
    {
        var text = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(note))
        {
            if (octet is >= (byte)' ' and <= (byte)'~' and not ((byte)'=' or (byte)';' or (byte)'"' or (byte)'\\'))
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return text.ToString();
    }
}
