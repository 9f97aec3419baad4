using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>The forms a private key is written in.</summary>
internal static class PrivateKeyText
{
    // 1.3.101.112, RFC 8410 §3.
    private static ReadOnlySpan<byte> Ed25519Oid => [0x06, 0x03, 0x2B, 0x65, 0x70];

    /// <summary>Parses PEM PKCS#8, PEM PKCS#1 or the base64 of an Ed25519 seed (as dkimpy writes).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PrivateKey? key)
    {
        try
        {
            key = PemEncoding.TryFind(text, out var fields) ? ParsePem(text, fields) : ParseSeed(text.Trim());
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or FormatException)
        {
            key = null;
        }
        return key is not null;
    }

    private static PrivateKey? ParsePem(string text, PemFields fields)
    {
        var label = text[fields.Label];
        if (label is not ("PRIVATE KEY" or "RSA PRIVATE KEY"))
            return null;
        var isEd25519 = label == "PRIVATE KEY" && Convert.FromBase64String(text[fields.Base64Data]).AsSpan().IndexOf(Ed25519Oid) is >= 0 and < 16;
        return isEd25519
            ? ImportEd25519(text.AsSpan()[fields.Location])
            : ImportRsa(text.AsSpan()[fields.Location]);
    }

    private static Ed25519PrivateKey? ParseSeed(string text) => Convert.FromBase64String(text) is { Length: 32 } seed ? new Ed25519PrivateKey(seed) : null;

    private static Ed25519PrivateKey? ImportEd25519(ReadOnlySpan<char> pem)
    {
        var exportable = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        if (!Key.TryImport(SignatureAlgorithm.Ed25519, Encoding.ASCII.GetBytes([.. pem]), KeyBlobFormat.PkixPrivateKeyText, out var key, exportable))
            return null;
        using (key)
            return new Ed25519PrivateKey(key!.Export(KeyBlobFormat.RawPrivateKey));
    }

    private static RsaPrivateKey ImportRsa(ReadOnlySpan<char> pem)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return new RsaPrivateKey(rsa);
    }
}
