using FilterHost.Keys;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// A DKIM-Signature field (RFC 6376 §3.5), as far as it could be read. Where <see cref="Problem"/> is null every tag is valid and the signature may be looked up; else
/// the properties read before the problem are there for the report.
/// </summary>
internal sealed class DkimSignature
{
    public required HeaderField Field { get; init; }

    /// <summary>Why the signature cannot be verified, whatever DNS says; null for a good one.</summary>
    public string? Problem { get; set; }

    public DomainName? SigningDomain { get; set; }

    public string? Selector { get; set; }

    /// <summary>Where the key is, <c>selector._domainkey.domain</c> (RFC 6376 §3.6.2.1).</summary>
    public DomainName? KeyName { get; set; }

    /// <summary>The word of <c>a=</c> where it is a known one.</summary>
    public string? AlgorithmWord { get; set; }

    public SigningAlgorithm Algorithm { get; set; }

    public CanonicalizationPair Canonicalization { get; set; }

    public string? UserIdentifier { get; set; }

    /// <summary>False where the domain of <c>i=</c> lies below that of <c>d=</c>, which a key with <c>t=s</c> forbids.</summary>
    public bool IsUserOfSigningDomain { get; set; } = true;

    public long? BodyLength { get; set; }

    public DateTimeOffset? SignedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public byte[] BodyHash { get; set; } = [];

    public byte[] Signature { get; set; } = [];

    /// <summary>Names in <c>h=</c>, as places in the field's body.</summary>
    public List<Range> SignedHeaderFields { get; } = [];

    /// <summary>The place of the value of <c>b=</c> in the field's body, white space around it included: what §3.7 removes before hashing.</summary>
    public Range SignatureRange { get; set; }

    /// <summary>The value of <c>b=</c> without white space.</summary>
    public string SignatureText => Convert.ToBase64String(Signature);

    public static DkimSignature Parse(HeaderField field, int maximumSignedFields)
    {
        var signature = new DkimSignature { Field = field };
        if (TagList.TryParse(field.Body, out var tags, out var reason))
            signature.Problem = new DkimSignatureParser(tags, signature, field.Body.Span, maximumSignedFields).Read();
        else
            signature.Problem = reason;
        return signature;
    }
}
