using System.Text;
using FilterHost.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Reads one key file, with every reason to refuse it.</summary>
internal static class KeyFileReader
{
    // A PEM key of 16384 bits takes 13 KB.
    private const int MaximumOctets = 65536;

    public static KeyReading Read(KeyPlace place)
    {
        try
        {
            using var file = File.OpenHandle(place.Path);
            if (place.CheckPermissions && KeyFilePermissions.FindProblem(place.Path, file) is { } problem)
                return new KeyReading(place, null, problem);
            return Judge(place, ReadText(file));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeyReading(place, null, $"{place.Path} does not exist. Make the key, or correct the path.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new KeyReading(place, null, $"{place.Path} cannot be read: {error.Message} Run: chown {FileOwnership.ProcessUser} {place.Path}");
        }
    }

    private static string? ReadText(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        if (RandomAccess.GetLength(file) > MaximumOctets)
            return null;
        var octets = new byte[MaximumOctets];
        var length = RandomAccess.Read(file, octets, 0);
        return Encoding.Latin1.GetString(octets, 0, length);
    }

    private static KeyReading Judge(KeyPlace place, string? text)
    {
        if (text is null || !PrivateKeyText.TryParse(text, out var key))
            return new KeyReading(place, null, $"{place.Path} is no private key that can be used. Write it as PEM (PKCS#8 or PKCS#1, RSA or Ed25519), without a passphrase.");
        if (key.Algorithm != SigningAlgorithm.RsaSha256 || key.Bits >= 2048)
            return new KeyReading(place, key, null);
        // RFC 8301 §3.2: "Signers MUST use RSA keys of at least 1024 bits for all keys. Signers SHOULD use RSA keys of at least 2048 bits."
        return key.Bits < 1024
            ? new KeyReading(place, null, $"{place.Path} is an RSA key of {key.Bits} bits, and verifiers ignore keys below 1024. Make a new key of 2048.")
            : new KeyReading(place, key, null, $"{place.Path} is an RSA key of {key.Bits} bits. Make a new key of 2048.");
    }
}
