namespace FilterHost.Keys;

/// <summary>A key to sign with. The private key itself stays in its store.</summary>
public sealed record SigningKey
{
    /// <summary>The store's own name for the key, to be given to <see cref="ISigningKeyStore.SignAsync"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The SDID, <c>d=</c>.</summary>
    public required DomainName SigningDomain { get; init; }

    /// <summary>The selector, <c>s=</c>: one or more labels.</summary>
    public required string Selector { get; init; }

    /// <summary>The algorithm, <c>a=</c>.</summary>
    public required SigningAlgorithm Algorithm { get; init; }

    /// <summary>The AUID, <c>i=</c>, with its "@"; null where the tag is left out.</summary>
    public string? UserIdentifier { get; init; }
}
