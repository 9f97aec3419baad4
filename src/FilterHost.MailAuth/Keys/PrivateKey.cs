using FilterHost.Keys;

namespace FilterHost.MailAuth.Keys;

/// <summary>A parsed private key. Safe for use by many callers at once.</summary>
public abstract class PrivateKey
{
    internal PrivateKey()
    {
    }

    /// <summary>The algorithm that it signs by.</summary>
    public abstract SigningAlgorithm Algorithm { get; }

    /// <summary>Its length; 256 for Ed25519.</summary>
    public abstract int Bits { get; }

    /// <summary>As <c>p=</c> has it before base64.</summary>
    public abstract byte[] PublicKey { get; }

    /// <summary>Signs a SHA-256 digest.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is damaged.</exception>
    public abstract byte[] Sign(ReadOnlySpan<byte> digest);
}
