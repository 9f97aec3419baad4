using System.Collections.Concurrent;
using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Keys;

internal sealed class RsaPrivateKey : PrivateKey
{
    private readonly RSAParameters _parameters;

    // An RSA object is not promised to be safe for two threads; an import costs more than a signature's bookkeeping, so they are kept.
    private readonly ConcurrentBag<RSA> _idle = [];

    public RsaPrivateKey(RSA key)
    {
        _parameters = key.ExportParameters(includePrivateParameters: true);
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Bits = key.KeySize;
        _idle.Add(key);
    }

    public override SigningAlgorithm Algorithm => SigningAlgorithm.RsaSha256;

    public override int Bits { get; }

    public override byte[] PublicKey { get; }

    public override byte[] Sign(ReadOnlySpan<byte> digest)
    {
        if (!_idle.TryTake(out var key))
            key = RSA.Create(_parameters);
        var signature = key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _idle.Add(key);
        return signature;
    }
}
