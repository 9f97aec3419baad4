using System.Security.Cryptography;
using FilterHost.Keys;

namespace PluginNamespace;

/// <summary>One key in a file: put the call of your own store in its place. One instance serves all messages, many at once; the private key never leaves it.</summary>
public sealed class StemKeyStore(StemSettings settings) : ISigningKeyStore
{
    /// <inheritdoc/>
    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken)
    {
        if (!query.AuthorDomain.Equals(settings.Domain))
            return ValueTask.FromResult<SigningKeys>(SigningKeys.NotOurs.Instance);
        var key = new SigningKey { Id = settings.Selector, SigningDomain = settings.Domain, Selector = settings.Selector, Algorithm = SigningAlgorithm.RsaSha256 };
        return ValueTask.FromResult<SigningKeys>(new SigningKeys.Found([key]));
    }

    /// <inheritdoc/>
    public async ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(await File.ReadAllTextAsync(settings.KeyFile.FullName, cancellationToken));
            return new SigningOutcome.Signed(key.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            return new SigningOutcome.Unavailable(exception.Message);
        }
    }
}
