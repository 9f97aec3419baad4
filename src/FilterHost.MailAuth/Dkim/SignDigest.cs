using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Signs a SHA-256 digest with a key named by its id, as <see cref="ISigningKeyStore.SignAsync"/> does.</summary>
public delegate ValueTask<SigningOutcome> SignDigest(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken);
