using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Reads the tags of a DKIM-Signature field, one method a tag; each returns what is wrong, or null.</summary>
internal readonly ref struct DkimSignatureParser(TagList tags, DkimSignature signature, ReadOnlySpan<byte> body, int maximumSignedFields)
{
    // An RSA signature of 8192 bits.
    private const int MaximumSignatureOctets = 1024;
    private const int Sha256Octets = 32;
    private const int MaximumTimeDigits = 12;
    private const int MaximumLengthDigits = 76;

    private readonly TagList _tags = tags;
    private readonly DkimSignature _signature = signature;
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly int _maximumSignedFields = maximumSignedFields;

    // Names come first so that the report has them where a later tag is wrong.
    public string? Read() =>
        ReadDomain() ?? ReadSelector() ?? ReadVersion() ?? ReadAlgorithm() ?? ReadUserIdentifier() ?? ReadCanonicalization() ?? ReadQueryMethods()
            ?? ReadBodyLength() ?? ReadTimes() ?? ReadBodyHash() ?? ReadSignature() ?? ReadSignedHeaderFields();

    private static string Missing(string tag) => $"{tag}= is missing";

    private static string Malformed(string tag) => $"{tag}= is malformed";

    private string? ReadVersion()
    {
        if (!_tags.TryGet("v"u8, out var value))
            return Missing("v");
        return value.SequenceEqual("1"u8) ? null : "v= is not 1";
    }

    // domain-name = sub-domain 1*("." sub-domain), with U-labels too (RFC 8616 §4). What is no domain name never reaches DNS.
    private string? ReadDomain()
    {
        if (!_tags.TryGet("d"u8, out var value))
            return Missing("d");
        if (value.EndsWith("."u8) || !DomainName.TryParse(value, out var domain))
            return Malformed("d");
        _signature.SigningDomain = domain;
        return domain.LabelCount > 1 ? null : "d= is a top-level domain";
    }

    private string? ReadSelector()
    {
        if (!_tags.TryGet("s"u8, out var value))
            return Missing("s");
        if (value.EndsWith("."u8) || !DomainName.TryParse(value, out var selector))
            return Malformed("s");
        _signature.Selector = selector.ToString();
        if (!_signature.SigningDomain!.TryPrepend($"{_signature.Selector}._domainkey", out var keyName))
            return "the key's name is too long";
        _signature.KeyName = keyName;
        return null;
    }

    private string? ReadAlgorithm()
    {
        if (!_tags.TryGet("a"u8, out var value))
            return Missing("a");
        // RFC 8301 §3.1: signatures made with rsa-sha1 "have permanently failed evaluation".
        if (value.SequenceEqual("rsa-sha1"u8))
        {
            _signature.AlgorithmWord = "rsa-sha1";
            return "rsa-sha1 is obsolete";
        }
        if (!SignatureAlgorithmName.TryParse(value, out var algorithm))
            return "a= is unknown";
        _signature.Algorithm = algorithm;
        _signature.AlgorithmWord = SignatureAlgorithmName.Of(algorithm);
        return null;
    }

    private string? ReadUserIdentifier()
    {
        if (!_tags.TryGet("i"u8, out var value))
        {
            _signature.UserIdentifier = $"@{_signature.SigningDomain}";
            return null;
        }
        if (!UserIdentifier.TryParse(value, out var text, out var domain))
            return Malformed("i");
        // RFC 6376 §6.1.1: the domain of i= is "the same as or a subdomain of" that of d=, by whole labels.
        if (!domain.IsSameOrBelow(_signature.SigningDomain!))
            return "i= is outside d=";
        _signature.UserIdentifier = text;
        _signature.IsUserOfSigningDomain = domain.Equals(_signature.SigningDomain);
        return null;
    }

    private string? ReadCanonicalization()
    {
        var pair = default(CanonicalizationPair);
        if (_tags.TryGet("c"u8, out var value) && !CanonicalizationPair.TryParse(value, out pair))
            return "c= is unknown";
        _signature.Canonicalization = pair;
        return null;
    }

    private string? ReadQueryMethods() =>
        !_tags.TryGet("q"u8, out var value) || TagText.ListHas(value, "dns/txt"u8) ? null : "q= has no known method";

    private string? ReadBodyLength()
    {
        if (!_tags.TryGet("l"u8, out var value))
            return null;
        if (!TagText.TryReadNumber(value, MaximumLengthDigits, out var length))
            return Malformed("l");
        _signature.BodyLength = length;
        return null;
    }

    private string? ReadTimes()
    {
        if (ReadTime("t", out var signedAt) is { } wrongTime)
            return wrongTime;
        if (ReadTime("x", out var expiresAt) is { } wrongExpiry)
            return wrongExpiry;
        _signature.SignedAt = ToTime(signedAt);
        _signature.ExpiresAt = ToTime(expiresAt);
        // RFC 6376 §3.5: "The value of the "x=" tag MUST be greater than the value of the "t=" tag if both are present."
        return expiresAt <= signedAt ? "x= is not after t=" : null;
    }

    private string? ReadTime(string tag, out long? seconds)
    {
        seconds = null;
        if (!_tags.TryGet(tag == "t" ? "t"u8 : "x"u8, out var value))
            return null;
        if (!TagText.TryReadNumber(value, MaximumTimeDigits, out var number))
            return Malformed(tag);
        seconds = number;
        return null;
    }

    // Twelve digits reach beyond the year 9999, the last that DateTimeOffset has.
    private static DateTimeOffset? ToTime(long? seconds) =>
        seconds is null ? null : DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds.Value, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    private string? ReadBodyHash()
    {
        if (!_tags.TryGet("bh"u8, out var value))
            return Missing("bh");
        if (!TagText.TryReadBase64(value, Sha256Octets, out var hash) || hash.Length != Sha256Octets)
            return Malformed("bh");
        _signature.BodyHash = hash;
        return null;
    }

    private string? ReadSignature()
    {
        var index = _tags.IndexOf("b"u8);
        if (index < 0)
            return Missing("b");
        var tag = _tags.Tags[index];
        if (!TagText.TryReadBase64(_body[tag.Value], MaximumSignatureOctets, out var octets) || octets.Length == 0)
            return Malformed("b");
        _signature.Signature = octets;
        _signature.SignatureRange = tag.RawValue;
        return null;
    }

    private string? ReadSignedHeaderFields()
    {
        var index = _tags.IndexOf("h"u8);
        if (index < 0)
            return Missing("h");
        var list = _tags.Tags[index].Value;
        var offset = list.Start.Value;
        var hasFrom = false;
        foreach (var item in _body[list].Split((byte)':'))
        {
            if (_signature.SignedHeaderFields.Count == _maximumSignedFields)
                return $"h= has more than {_maximumSignedFields} names";
            var name = TagText.Trim(_body, offset + item.Start.Value, offset + item.End.Value);
            if (_body[name].IsEmpty || _body[name].ContainsAnyExceptInRange((byte)33, (byte)126))
                return Malformed("h");
            hasFrom |= System.Text.Ascii.EqualsIgnoreCase(_body[name], "from"u8);
            _signature.SignedHeaderFields.Add(name);
        }
        // RFC 6376 §6.1.1: "If the "h=" tag does not include the From header field, the Verifier MUST ignore the DKIM-Signature header field".
        return hasFrom ? null : "From is not signed";
    }
}
