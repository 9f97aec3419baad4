namespace FilterHost.MailAuth.Dkim;

/// <summary>Limits and choices for verifying.</summary>
public sealed record DkimVerificationOptions
{
    /// <summary>How many signatures of a message are looked at, from the top, those that cannot be read included. The rest is reported as one result, policy.</summary>
    public int MaximumSignatures { get; init; } = 10;

    /// <summary>How many names h= may have; a signature with more is a permanent error. Signers in use name below a hundred.</summary>
    public int MaximumSignedFields { get; init; } = 1000;

    /// <summary>By how much the clocks of signer and verifier may differ where t= and x= are judged.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>An RSA key shorter than this that verifies gives the result policy. Below 1024 bits a key is a permanent error in any case (RFC 8301 §3.2).</summary>
    public int MinimumKeyBits { get; init; } = 1024;

    /// <summary>
    /// What becomes of a signature whose l= leaves octets unsigned. RFC 6376 §8.2 lets the verifier refuse such; the default does, since what was added may be all that is shown.
    /// </summary>
    public BodyLengthPolicy BodyLengthPolicy { get; init; } = BodyLengthPolicy.PolicyIfUncovered;

    /// <summary>How much of the body a signature with l= has to cover, in place of <see cref="BodyLengthPolicy"/>; null for that.</summary>
    public MinimumSigned? MinimumSigned { get; init; }

    /// <summary>Fields of which each that the message has must be signed; else a signature that verifies gives the result policy (RFC 6376 §6.3 leaves it to the verifier what is acceptable).</summary>
    public IReadOnlyList<string> MustSign { get; init; } = [];

    /// <summary>Whether a signature that verifies gives the result policy where DNSSEC does not vouch for its key.</summary>
    public bool RequiresProtectedKey { get; init; }
}
