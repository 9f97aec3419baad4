using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.Plugins.FileKeyStore;

internal sealed class Ed25519PrivateKey(Key key) : PrivateKey
{
    public override SigningAlgorithm Algorithm => SigningAlgorithm.Ed25519Sha256;

    public override int Bits => 256;

    public override byte[] PublicKey { get; } = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    // RFC 8463 §3: PureEdDSA, whose message is the SHA-256 digest.
    public override byte[] Sign(ReadOnlySpan<byte> digest) => SignatureAlgorithm.Ed25519.Sign(key, digest);
}
