using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Verification;

/// <summary>A key store with one RSA key, made anew, for the domain of the battery's messages.</summary>
internal sealed class StandInKeyStore : ISigningKeyStore, IDisposable
{
    private const string Selector = "verify";

    private readonly RSA _key = RSA.Create(2048);

    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken)
    {
        SigningKeys keys = query.AuthorDomain.Equals(MessageBattery.Domain)
            ? new SigningKeys.Found([new SigningKey { Id = Selector, SigningDomain = MessageBattery.Domain, Selector = Selector, Algorithm = SigningAlgorithm.RsaSha256 }])
            : SigningKeys.NotOurs.Instance;
        return new ValueTask<SigningKeys>(keys);
    }

    public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        new(new SigningOutcome.Signed(_key.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));

    public void Dispose() => _key.Dispose();
}
