using System.Globalization;
using FilterHost.Dns;

namespace FilterHost;

/// <summary>The result for one DKIM signature, or <see cref="DkimOutcome.None"/> for a message without one. What is not known is null.</summary>
public sealed record DkimSignatureResult : AuthenticationResult
{
    /// <inheritdoc/>
    public override string Method => "dkim";

    /// <inheritdoc/>
    public override string Word => Outcome.ToString().ToLowerInvariant();

    /// <summary>The result.</summary>
    public required DkimOutcome Outcome { get; init; }

    /// <summary>What is wrong, where it has a name; null for all else.</summary>
    public DkimDefect? Defect { get; init; }

    /// <summary>The SDID, <c>d=</c>.</summary>
    public DomainName? SigningDomain { get; init; }

    /// <summary>The selector, <c>s=</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>The AUID, <c>i=</c>, with its "@"; <c>@d</c> where the signature leaves it out.</summary>
    public string? UserIdentifier { get; init; }

    /// <summary>The algorithm, <c>a=</c>.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Length of the public key in bits.</summary>
    public int? KeyBits { get; init; }

    /// <summary>True where the key record says that the domain is testing, <c>t=y</c>: the message must be treated no worse than an unsigned one (RFC 6376 §3.6.1).</summary>
    public bool? IsTestingKey { get; init; }

    /// <summary>How many octets of the canonicalized body <c>l=</c> leaves unsigned; 0 where the tag is absent or covers all.</summary>
    public long? UncoveredBytes { get; init; }

    /// <summary>The time of signing, <c>t=</c>.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>The time of expiry, <c>x=</c>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What is known of the authenticity of the key record.</summary>
    public DnsSecurity? KeySecurity { get; init; }

    /// <summary>The signature's own field.</summary>
    public HeaderField? Field { get; init; }

    /// <summary>The first characters of <c>b=</c>, which tell signatures of one domain and selector apart (RFC 6008 §4).</summary>
    public string? SignaturePrefix { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<ResultProperty> Properties
    {
        get
        {
            var properties = new List<ResultProperty>(5);
            Add(properties, "d", SigningDomain?.ToString());
            Add(properties, "i", UserIdentifier);
            Add(properties, "a", Algorithm);
            Add(properties, "s", Selector);
            Add(properties, "b", SignaturePrefix);
            if (UncoveredBytes > 0)
                properties.Add(new ResultProperty("policy", "uncovered-bytes", UncoveredBytes.Value.ToString(CultureInfo.InvariantCulture)));
            // Nothing registered says this; what is not known is left out.
            if (KeySecurity is DnsSecurity.Secure or DnsSecurity.Bogus)
                properties.Add(new ResultProperty("policy", "x-dnssec", KeySecurity.Value.ToString().ToLowerInvariant()));
            return properties;
        }
    }

    private static void Add(List<ResultProperty> properties, string name, string? value)
    {
        if (value is not null)
            properties.Add(new ResultProperty("header", name, value));
    }
}
