using FilterHost.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>A parsed private key. Safe for use by many callers at once.</summary>
internal abstract class PrivateKey
{
    public abstract SigningAlgorithm Algorithm { get; }

    public abstract int Bits { get; }

    /// <summary>As <c>p=</c> has it before base64.</summary>
    public abstract byte[] PublicKey { get; }

    public abstract byte[] Sign(ReadOnlySpan<byte> digest);
}
