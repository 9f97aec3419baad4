using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Examples.CustomKeyStore;

/// <summary>Finds keys and signs with them. Only records and octets go out: the private key stays in here.</summary>
internal sealed class Pkcs12KeyStore(Pkcs12Keys keys) : ISigningKeyStore, ISigningKeyAdministration
{
    private const string MadeElsewhere = "The keys of this store are made elsewhere: write a new file and name it in the settings.";

    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) => new(Find(query.AuthorDomain));

    public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => new(Sign(keyId, digest.Span));

    public ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken) => new([.. keys.All.Select(Describe)]);

    public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException(MadeElsewhere);

    public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) => throw new InvalidOperationException(MadeElsewhere);

    // Three answers that must not be mixed up: mail of others goes out unsigned, mail of ours never does.
    private SigningKeys Find(DomainName domain)
    {
        var ours = keys.All.Where(key => key.Entry.Domain.Equals(domain)).ToArray();
        if (ours.Length == 0)
            return SigningKeys.NotOurs.Instance;
        if (ours.FirstOrDefault(static key => key.Problem is not null) is { } bad)
            return new SigningKeys.Misconfigured(bad.Problem!);
        return new SigningKeys.Found([.. ours.Select(static key => new SigningKey
        {
            Id = key.Id,
            SigningDomain = key.Entry.Domain,
            Selector = key.Entry.Selector,
            Algorithm = SigningAlgorithm.RsaSha256,
        })]);
    }

    private SigningOutcome Sign(string keyId, ReadOnlySpan<byte> digest) =>
        keys.All.FirstOrDefault(key => key.Id == keyId)?.Private is { } key
            ? new SigningOutcome.Signed(key.SignHash(digest.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            : new SigningOutcome.Unavailable($"there is no key {keyId} any more");

    private static SigningKeyDescription Describe(Pkcs12Key key) => new()
    {
        SigningDomain = key.Entry.Domain,
        Selector = key.Entry.Selector,
        Algorithm = key.Private is null ? null : SigningAlgorithm.RsaSha256,
        Bits = key.Private?.KeySize ?? 0,
        PublicKey = key.Private?.ExportSubjectPublicKeyInfo() ?? [],
        Place = key.Entry.File.FullName,
        Problem = key.Problem,
    };
}
