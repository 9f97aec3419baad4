namespace FilterHost.Keys;

/// <summary>What key to make.</summary>
public sealed record SigningKeyRequest
{
    /// <summary>The SDID.</summary>
    public required DomainName SigningDomain { get; init; }

    /// <summary>The selector.</summary>
    public required string Selector { get; init; }

    /// <summary>The algorithm.</summary>
    public SigningAlgorithm Algorithm { get; init; }

    /// <summary>Length of an RSA key in bits, 1024 to 4096. Signers must use 1024 and should use 2048 or more (RFC 8301 §3.2).</summary>
    public int RsaBits { get; init; } = 2048;

    /// <summary>True for a key that does not sign before <see cref="ISigningKeyAdministration.ActivateAsync"/>.</summary>
    public bool IsPending { get; init; }
}
