using FilterHost.Keys;

namespace FilterHost.MailAuth.Keys;

/// <summary>A private key as it was read.</summary>
/// <param name="Key">The key; null where it cannot be used.</param>
/// <param name="Problem">Why it cannot be used, and what mends it; null for one that can.</param>
/// <param name="Warning">What is doubtful about a key that can be used.</param>
public sealed record KeyFileReading(PrivateKey? Key, string? Problem, string? Warning = null)
{
    /// <summary>A key with what RFC 8301 says of its length.</summary>
    /// <param name="place">The path or row for messages.</param>
    /// <param name="key">The key.</param>
    public static KeyFileReading Of(string place, PrivateKey key)
    {
        if (key.Algorithm != SigningAlgorithm.RsaSha256 || key.Bits is >= 2048 and <= 4096)
            return new KeyFileReading(key, null);
        // RFC 8301 §3.2: "Verifiers MUST be able to validate signatures with keys ranging from 1024 bits to 4096 bits, and they MAY be able to validate signatures with larger keys."
        if (key.Bits > 4096)
            return new KeyFileReading(key, null, $"{place} is an RSA key of {key.Bits} bits, and verifiers need not know more than 4096. Make a new key of 2048.");
        // RFC 8301 §3.2: "Signers MUST use RSA keys of at least 1024 bits for all keys. Signers SHOULD use RSA keys of at least 2048 bits."
        return key.Bits < 1024
            ? new KeyFileReading(null, $"{place} is an RSA key of {key.Bits} bits, and verifiers ignore keys below 1024. Make a new key of 2048.")
            : new KeyFileReading(key, null, $"{place} is an RSA key of {key.Bits} bits. Make a new key of 2048.");
    }
}
