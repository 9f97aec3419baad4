using System.Security.Cryptography;
using System.Text;
using FilterHost.Keys;
using NSec.Cryptography;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Makes key files; never overwrites one.</summary>
internal static class KeyFileWriter
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="IOException">There is a file of that name, or the folder cannot be written.</exception>
    public static void Create(string path, SigningAlgorithm algorithm, int rsaBits)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, OwnerOnly | UnixFileMode.UserExecute);
        // CreateNew is O_EXCL: two programs cannot make one key, and no symbolic link is followed.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly };
        using var file = new FileStream(path, options);
        file.Write(MakePem(algorithm, rsaBits));
        file.Flush(flushToDisk: true);
    }

    private static byte[] MakePem(SigningAlgorithm algorithm, int rsaBits)
    {
        if (algorithm == SigningAlgorithm.Ed25519Sha256)
        {
            using var key = Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            return key.Export(KeyBlobFormat.PkixPrivateKeyText);
        }
        using var rsa = RSA.Create(rsaBits);
        return Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
