namespace FilterHost.Keys;

/// <summary>Finds signing keys and signs with them. The private key never leaves the store. Safe for use by many callers at once.</summary>
/// <remarks>
/// For those who implement it: both members are called for each message, from many threads at once, so they await and never block, and answer from memory where they can. What cannot be told now is
/// <c>Unavailable</c>, not an exception; an exception reaches the filter as <see cref="ServiceFaultException"/> and mail is deferred all the same.
/// </remarks>
[ServiceContract("key_store")]
public interface ISigningKeyStore
{
    /// <summary>The keys for a message. The records of the answer may be kept by both sides.</summary>
    ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken);

    /// <summary>Signs a SHA-256 digest with a key that <see cref="FindKeysAsync"/> gave.</summary>
    /// <param name="keyId">The key's <see cref="SigningKey.Id"/>.</param>
    /// <param name="digest">32 octets, valid until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken);
}
