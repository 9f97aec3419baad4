using FilterHost.Keys;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dkim;

/// <summary>A DKIM key record (RFC 6376 §3.6.1). g= of RFC 4871 and n= are ignored.</summary>
internal sealed class KeyRecord
{
    /// <summary>The longest record that is read; a key of 8192 bits takes some 1500 octets.</summary>
    public const int MaximumLength = 8192;

    private const int MaximumKeyOctets = 2048;

    /// <summary>Why no signature verifies with this record; null for a good one.</summary>
    public string? Problem { get; private set; }

    /// <summary>The tag that the problem is of: <c>s=</c>; null where it is of the whole record, or there is none.</summary>
    public string? ProblemTag { get; private set; }

    /// <summary>True where <c>p=</c> is empty.</summary>
    public bool IsRevoked { get; private set; }

    /// <summary>The algorithm of <c>k=</c>.</summary>
    public SigningAlgorithm Algorithm { get; private set; }

    /// <summary>The octets of <c>p=</c>.</summary>
    public byte[] PublicKey { get; private set; } = [];

    /// <summary>The flag <c>t=y</c>.</summary>
    public bool IsTesting { get; private set; }

    /// <summary>The flag <c>t=s</c>: the domain of i= must be that of d=.</summary>
    public bool ForbidsSubdomains { get; private set; }

    /// <summary>
    /// Null for text that is no key record: it has another version, or neither version nor key. Such text is passed over, so that wildcards and other TXT records of the name do no harm.
    /// </summary>
    public static KeyRecord? Parse(ReadOnlyMemory<byte> text)
    {
        var isMarked = text.Span.StartsWith("v=DKIM1"u8);
        if (text.Length > MaximumLength)
            return isMarked ? new KeyRecord { Problem = "key record is too long" } : null;
        if (!TagList.TryParse(text, out var tags, out var reason))
            return isMarked ? new KeyRecord { Problem = $"key record: {reason}" } : null;
        var version = tags.IndexOf("v"u8);
        // "v= … MUST be the first tag in the record" and "DKIM1"; others "MUST be discarded".
        if (version > 0 || (version == 0 && !(tags.TryGet("v"u8, out var word) && word.SequenceEqual("DKIM1"u8))))
            return null;
        if (version < 0 && tags.IndexOf("p"u8) < 0)
            return null;
        var record = new KeyRecord();
        record.Problem = record.Read(tags);
        return record;
    }

    private string? Read(TagList tags)
    {
        ReadFlags(tags);
        if (!tags.TryGet("p"u8, out var key))
            return At("p=", "key record has no p=");
        IsRevoked = key.IsEmpty;
        if (IsRevoked)
            return At("p=", "key is revoked");
        if (tags.TryGet("s"u8, out var services) && !TagText.ListHas(services, "*"u8) && !TagText.ListHas(services, "email"u8))
            return At("s=", "key is not for email");
        if (tags.TryGet("h"u8, out var hashes) && !TagText.ListHas(hashes, "sha256"u8))
            return At("h=", "key does not allow sha256");
        if (tags.TryGet("k"u8, out var type))
        {
            if (type.SequenceEqual("ed25519"u8))
                Algorithm = SigningAlgorithm.Ed25519Sha256;
            else if (!type.SequenceEqual("rsa"u8))
                return At("k=", "key type is unknown");
        }
        if (!TagText.TryReadBase64(key, MaximumKeyOctets, out var octets) || octets.Length == 0)
            return At("p=", "key is malformed");
        PublicKey = octets;
        return null;
    }

    private string At(string tag, string problem)
    {
        ProblemTag = tag;
        return problem;
    }

    private void ReadFlags(TagList tags)
    {
        if (!tags.TryGet("t"u8, out var flags))
            return;
        IsTesting = TagText.ListHas(flags, "y"u8);
        ForbidsSubdomains = TagText.ListHas(flags, "s"u8);
    }
}
