using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FilterHost.Examples.CustomKeyStore;

/// <summary>One key as it was last read.</summary>
/// <param name="Entry">Its entry in the settings.</param>
/// <param name="Private">The key; null where it cannot be used.</param>
/// <param name="Problem">Why it cannot be used, and what mends it.</param>
/// <param name="Written">The time of the file that was read.</param>
internal sealed record Pkcs12Key(Pkcs12Entry Entry, RSA? Private, string? Problem, DateTime Written)
{
    // RFC 8301 §3.2: signers must use keys of at least 1024 bits.
    private const int MinimumBits = 1024;

    // No file of keys is larger; one that is, is another file.
    private const long MaximumSize = 1 << 20;

    /// <summary>The store's name for the key.</summary>
    public string Id => $"{Entry.Selector}._domainkey.{Entry.Domain}";

    public static DateTime TimeOf(Pkcs12Entry entry) => File.GetLastWriteTimeUtc(entry.File.FullName);

    public static Pkcs12Key Read(Pkcs12Entry entry)
    {
        var written = TimeOf(entry);
        try
        {
            if (new FileInfo(entry.File.FullName).Length > MaximumSize)
                return new Pkcs12Key(entry, null, $"{entry.File.FullName} is larger than 1 MB", written);
            using var certificate = X509CertificateLoader.LoadPkcs12FromFile(entry.File.FullName, entry.PassPhrase?.Reveal(), X509KeyStorageFlags.EphemeralKeySet);
            return certificate.GetRSAPrivateKey() switch
            {
                null => new Pkcs12Key(entry, null, $"{entry.File.FullName} has no RSA key", written),
                { KeySize: < MinimumBits } weak => new Pkcs12Key(entry, null, $"the key in {entry.File.FullName} has {weak.KeySize} bits; it needs {MinimumBits}, better 2048", written),
                var key => new Pkcs12Key(entry, key, null, written),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new Pkcs12Key(entry, null, $"{entry.File.FullName} cannot be read: {e.Message}", written);
        }
    }
}
