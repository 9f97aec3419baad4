using System.Security.Cryptography;
using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.Plugins.Tests;

/// <summary>A key store with one key of each algorithm for example.com, whose answers a test may set. It remembers what it was asked.</summary>
internal sealed class DkimSignKeys : ISigningKeyStore
{
    private static readonly Key Ed25519Private = Key.Create(SignatureAlgorithm.Ed25519);

    public static RSA RsaPrivate { get; } = RSA.Create(2048);

    public static SigningKey Rsa { get; } = KeyOf("rsa", SigningAlgorithm.RsaSha256);

    public static SigningKey Ed25519 { get; } = KeyOf("ed", SigningAlgorithm.Ed25519Sha256);

    /// <summary>The key records in DNS.</summary>
    public static string Zone { get; } = $"""
        rsa._domainkey.example.com. TXT "v=DKIM1; p={Convert.ToBase64String(RsaPrivate.ExportSubjectPublicKeyInfo())}"
        ed._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p={Convert.ToBase64String(Ed25519Private.PublicKey.Export(KeyBlobFormat.RawPublicKey))}"
        """;

    /// <summary>The answer for example.com; other domains are not ours.</summary>
    public SigningKeys Answer { get; init; } = new SigningKeys.Found([Rsa]);

    /// <summary>The answer to a request to sign, in place of a signature.</summary>
    public SigningOutcome? Refusal { get; init; }

    public List<SigningQuery> Queries { get; } = [];

    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken)
    {
        Queries.Add(query);
        return new(query.AuthorDomain.IsSameOrBelow(DomainName.Parse("example.com")) ? Answer : SigningKeys.NotOurs.Instance);
    }

    public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        new(Refusal ?? new SigningOutcome.Signed(keyId == Rsa.Id
            ? RsaPrivate.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : SignatureAlgorithm.Ed25519.Sign(Ed25519Private, digest.Span)));

    private static SigningKey KeyOf(string selector, SigningAlgorithm algorithm) =>
        new() { Id = $"id of {selector}", Selector = selector, SigningDomain = DomainName.Parse("example.com"), Algorithm = algorithm };
}
