using System.Security.Cryptography;
using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.Plugins.Tests;

/// <summary>A key store with one key of each algorithm for example.com, whose answers a test may set. It remembers what it was asked.</summary>
internal sealed class DkimSignKeys : ISigningKeyStore
{
    private static readonly Key Ed25519Private = Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    public static RSA RsaPrivate { get; } = RSA.Create(2048);

    /// <summary>The Ed25519 key for other programs.</summary>
    public static string Ed25519Pem => System.Text.Encoding.ASCII.GetString(Ed25519Private.Export(KeyBlobFormat.PkixPrivateKeyText));

    public static SigningKey Rsa { get; } = KeyOf("rsa", SigningAlgorithm.RsaSha256);

    public static SigningKey Ed25519 { get; } = KeyOf("ed", SigningAlgorithm.Ed25519Sha256);

    /// <summary>The key records in DNS.</summary>
    public static string Zone { get; } = $"""
        rsa._domainkey.example.com. TXT {RecordOf(Rsa)}
        ed._domainkey.example.com. TXT {RecordOf(Ed25519)}
        """;

    /// <summary>The key record, quoted.</summary>
    public static string RecordOf(SigningKey key) => key.Algorithm is SigningAlgorithm.RsaSha256
        ? $"\"v=DKIM1; p={Convert.ToBase64String(RsaPrivate.ExportSubjectPublicKeyInfo())}\""
        : $"\"v=DKIM1; k=ed25519; p={Convert.ToBase64String(Ed25519Private.PublicKey.Export(KeyBlobFormat.RawPublicKey))}\"";

    public static byte[] SignWithEd25519(ReadOnlySpan<byte> digest) => SignatureAlgorithm.Ed25519.Sign(Ed25519Private, digest);

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
            : SignWithEd25519(digest.Span)));

    private static SigningKey KeyOf(string selector, SigningAlgorithm algorithm) =>
        new() { Id = $"id of {selector}", Selector = selector, SigningDomain = DomainName.Parse("example.com"), Algorithm = algorithm };
}
