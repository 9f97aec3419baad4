using NSec.Cryptography;

namespace FilterHost.MailAuth.Dkim;

/// <summary>A key of RFC 8463: p= is the 32 octets of the key itself (§4).</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    private readonly NSec.Cryptography.PublicKey _key;

    private Ed25519PublicKey(NSec.Cryptography.PublicKey key) => _key = key;

    public override int Bits => 256;

    public static Ed25519PublicKey? Import(ReadOnlySpan<byte> octets, out string? reason)
    {
        reason = "key is no Ed25519 key";
        if (!NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, octets, KeyBlobFormat.RawPublicKey, out var key))
            return null;
        reason = null;
        return new Ed25519PublicKey(key!);
    }

    // §3: the message that PureEdDSA signs is the SHA-256 digest.
    public override bool Verifies(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureAlgorithm.Ed25519.SignatureSize && SignatureAlgorithm.Ed25519.Verify(_key, digest, signature);
}
