namespace FilterHost.Keys;

/// <summary>A key as an administrator sees it.</summary>
public sealed record SigningKeyDescription
{
    /// <summary>The SDID.</summary>
    public required DomainName SigningDomain { get; init; }

    /// <summary>The selector.</summary>
    public required string Selector { get; init; }

    /// <summary>The algorithm; null where the key cannot be read.</summary>
    public SigningAlgorithm? Algorithm { get; init; }

    /// <summary>The key's length in bits, 0 where it cannot be read.</summary>
    public int Bits { get; init; }

    /// <summary>The public key as <c>p=</c> has it before base64: SubjectPublicKeyInfo for RSA, 32 octets for Ed25519. Empty where the key cannot be read.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>Whether it signs.</summary>
    public SigningKeyState State { get; init; }

    /// <summary>Since when it is in this state; null where the store does not know.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Where the store keeps it: a path, a row.</summary>
    public required string Place { get; init; }

    /// <summary>Why the key cannot be used, and what mends it; null for a good key.</summary>
    public string? Problem { get; init; }
}
