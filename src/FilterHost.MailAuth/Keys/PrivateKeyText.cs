using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.MailAuth.Keys;

/// <summary>The forms a private key is written in.</summary>
public static class PrivateKeyText
{
    private const string Readable = "Write it as PEM (PKCS#8 or PKCS#1, RSA or Ed25519) or as the base64 seed of an Ed25519 key.";

    // 1.3.101.112, RFC 8410 §3.
    private static ReadOnlySpan<byte> Ed25519Oid => [0x06, 0x03, 0x2B, 0x65, 0x70];

    /// <summary>Parses PEM PKCS#8, PEM PKCS#1 or the base64 of an Ed25519 seed (as dkimpy writes). A PEM block may have text or other blocks around it.</summary>
    /// <param name="text">The file.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">What the file is instead, and what mends it; to stand after the file's path.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PrivateKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = null;
        try
        {
            if (string.IsNullOrWhiteSpace(text))
                problem = "is empty. Make the key again.";
            else if (!text.Contains("-----BEGIN ", StringComparison.Ordinal))
                key = ParseSeed(text.Trim());
            else if (IsEncrypted(text))
                problem = "is encrypted, and nobody is there to type a passphrase. Write it without one: openssl pkey -in FILE -out NEWFILE";
            else if (FindPrivateKey(text) is { } block)
                key = ParsePem(block);
            else
                problem = OtherContent(text);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or FormatException)
        {
            key = null;
        }
        if (key is null)
            problem ??= $"is no private key that can be used. {Readable}";
        return key is not null;
    }

    /// <summary>Makes a key, as PEM PKCS#8.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="rsaBits">The length of an RSA key.</param>
    public static string Create(SigningAlgorithm algorithm, int rsaBits)
    {
        if (algorithm == SigningAlgorithm.Ed25519Sha256)
        {
            using var key = Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            return Encoding.ASCII.GetString(key.Export(KeyBlobFormat.PkixPrivateKeyText));
        }
        using var rsa = RSA.Create(rsaBits);
        return rsa.ExportPkcs8PrivateKeyPem() + "\n";
    }

    // PKCS#8 has a label of its own for it, PKCS#1 a line that RFC 1421 §4.6.1.1 defines.
    private static bool IsEncrypted(string text) =>
        text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    private static string? FindPrivateKey(string text)
    {
        for (var rest = text; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (rest[fields.Label] is "PRIVATE KEY" or "RSA PRIVATE KEY")
                return rest[fields.Location];
        }
        return null;
    }

    private static string OtherContent(string text) => text switch
    {
        _ when text.Contains("-----BEGIN CERTIFICATE", StringComparison.Ordinal) => $"is a certificate, not the private key that belongs to it. {Readable}",
        _ when text.Contains("PUBLIC KEY-----", StringComparison.Ordinal) => $"is a public key; the private one is needed. {Readable}",
        _ when text.Contains("-----BEGIN EC PRIVATE KEY", StringComparison.Ordinal) => "is an elliptic curve key that DKIM does not have. Make an RSA or Ed25519 key.",
        _ when text.Contains("-----BEGIN OPENSSH PRIVATE KEY", StringComparison.Ordinal) => $"is a key of OpenSSH. {Readable}",
        _ => $"is no private key that can be used: its PEM is damaged. {Readable}",
    };

    private static PrivateKey? ParsePem(string block)
    {
        var fields = PemEncoding.Find(block);
        var isEd25519 = block[fields.Label] == "PRIVATE KEY" && Convert.FromBase64String(block[fields.Base64Data]).AsSpan().IndexOf(Ed25519Oid) is >= 0 and < 16;
        return isEd25519 ? ImportEd25519(block) : ImportRsa(block);
    }

    private static Ed25519PrivateKey? ParseSeed(string text) => Convert.FromBase64String(text) is { Length: 32 } seed ? new Ed25519PrivateKey(seed) : null;

    private static Ed25519PrivateKey? ImportEd25519(string block)
    {
        var exportable = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        if (!Key.TryImport(SignatureAlgorithm.Ed25519, Encoding.ASCII.GetBytes(block), KeyBlobFormat.PkixPrivateKeyText, out var key, exportable))
            return null;
        using (key)
            return new Ed25519PrivateKey(key!.Export(KeyBlobFormat.RawPrivateKey));
    }

    private static RsaPrivateKey ImportRsa(string block)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(block);
        return new RsaPrivateKey(rsa);
    }
}
