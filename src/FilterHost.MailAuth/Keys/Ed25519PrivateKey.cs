using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.MailAuth.Keys;

/// <summary>An Ed25519 key, kept as its seed (RFC 8032 §5.1.5).</summary>
internal sealed class Ed25519PrivateKey : PrivateKey
{
    // Pinned, so that no copy of it is left behind by the garbage collector.
    private readonly byte[] _seed;

    public Ed25519PrivateKey(ReadOnlySpan<byte> seed)
    {
        _seed = GC.AllocateUninitializedArray<byte>(seed.Length, pinned: true);
        seed.CopyTo(_seed);
        using var key = Import();
        PublicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public override SigningAlgorithm Algorithm => SigningAlgorithm.Ed25519Sha256;

    public override int Bits => 256;

    public override byte[] PublicKey { get; }

    // RFC 8463 §3: PureEdDSA, whose message is the SHA-256 digest.
    public override byte[] Sign(ReadOnlySpan<byte> digest)
    {
        using var key = Import();
        return SignatureAlgorithm.Ed25519.Sign(key, digest);
    }

    // NSec's key is never left to the finalizer: that may run when the plugin's load context is unloading, and then its call to free the key
    // is bound to the copy of libsodium that belongs to the program, which ends the process because the memory is not its own.
    private Key Import() => Key.Import(SignatureAlgorithm.Ed25519, _seed, KeyBlobFormat.RawPrivateKey);
}
