using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FilterHost.Examples.Tests;

/// <summary>PKCS#12 files of a test's own, in a folder that goes with it.</summary>
internal sealed class Pkcs12File : IDisposable
{
    public const string PassPhrase = "sëcret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhp12");

    public string Path => System.IO.Path.Combine(_folder.FullName, "example.p12");

    public string PassPhraseFile => System.IO.Path.Combine(_folder.FullName, "pass");

    /// <summary>Writes a new key; returns its public key as a key record has it.</summary>
    public string Write(int bits = 2048)
    {
        using var key = RSA.Create(bits);
        Write(new CertificateRequest("CN=dkim", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    public void WriteEllipticCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(new CertificateRequest("CN=dkim", key, HashAlgorithmName.SHA256));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(CertificateRequest request)
    {
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllBytes(Path, certificate.Export(X509ContentType.Pkcs12, PassPhrase));
        File.WriteAllText(PassPhraseFile, PassPhrase);
        File.SetUnixFileMode(PassPhraseFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
