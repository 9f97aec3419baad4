using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>A private key that stands in the key table itself: PEM, or base64 of DER (PKCS#8 or PKCS#1) or of an Ed25519 seed.</summary>
internal static class InlineKey
{
    private const int SeedOctets = 32;
    private const byte Sequence = 0x30;

    public static KeyFileReading Read(string place, string text)
    {
        if (!text.Contains("-----BEGIN ", StringComparison.Ordinal) && DerOf(text) is { } der)
            text = $"-----BEGIN {LabelOf(der)}-----\n{Convert.ToBase64String(der)}\n-----END {LabelOf(der)}-----";
        return PrivateKeyText.TryParse(text, out var key, out var problem)
            ? KeyFileReading.Of(place, key)
            : new KeyFileReading(null, $"{place}: the key in the row {problem} A path starts with /, ./ or ../");
    }

    private static byte[]? DerOf(string text)
    {
        var octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out var length) && length > SeedOctets && octets[0] == Sequence ? octets[..length] : null;
    }

    // Behind the version PKCS#8 has the algorithm, a sequence (RFC 5208 §5), PKCS#1 the modulus, an integer (RFC 8017 §A.1.2).
    private static string LabelOf(byte[] der)
    {
        var version = der.AsSpan().IndexOf([(byte)0x02, (byte)0x01, (byte)0x00]);
        return version is >= 2 and <= 6 && version + 3 < der.Length && der[version + 3] == Sequence ? "PRIVATE KEY" : "RSA PRIVATE KEY";
    }
}
