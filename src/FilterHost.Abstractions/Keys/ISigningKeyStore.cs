namespace FilterHost.Keys;

/// <summary>Finds signing keys and signs with them. The private key never leaves the store. Safe for use by many callers at once.</summary>
[ServiceContract("key_store")]
public interface ISigningKeyStore
{
    /// <summary>The keys for a message.</summary>
    ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken);

    /// <summary>Signs a SHA-256 digest with a key that <see cref="FindKeysAsync"/> gave.</summary>
    /// <param name="keyId">The key's <see cref="SigningKey.Id"/>.</param>
    /// <param name="digest">32 octets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken);
}
