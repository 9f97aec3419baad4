namespace FilterHost.Keys;

/// <summary>The signature algorithms that may be made (RFC 8301 §3.1, RFC 8463 §3).</summary>
public enum SigningAlgorithm
{
    /// <summary><c>rsa-sha256</c>: RSASSA-PKCS1-v1_5 over a SHA-256 digest.</summary>
    RsaSha256,

    /// <summary><c>ed25519-sha256</c>: PureEdDSA over the SHA-256 digest as message.</summary>
    Ed25519Sha256,
}
