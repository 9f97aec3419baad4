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
            // Before it is opened: a pipe would keep us waiting for its other end.
            if (FileOwnership.Of(place.Path) is { IsRegularFile: false })
                return new KeyReading(place, null, $"{place.Path} is no file. Name the file of the private key.");
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
            return new KeyReading(place, null, KeyFilePermissions.UnreadableProblem(place.Path, error));
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
        if (text is null)
            return new KeyReading(place, null, $"{place.Path} has more than {MaximumOctets} octets, so it is no private key. Name the file of the private key.");
        if (!PrivateKeyText.TryParse(text, out var key, out var problem))
            return new KeyReading(place, null, $"{place.Path} {problem}");
        if (key.Algorithm != SigningAlgorithm.RsaSha256 || key.Bits is >= 2048 and <= 4096)
            return new KeyReading(place, key, null);
        // RFC 8301 §3.2: "Verifiers MUST be able to validate signatures with keys ranging from 1024 bits to 4096 bits, and they MAY be able to validate signatures with larger keys."
        if (key.Bits > 4096)
            return new KeyReading(place, key, null, $"{place.Path} is an RSA key of {key.Bits} bits, and verifiers need not know more than 4096. Make a new key of 2048.");
        // RFC 8301 §3.2: "Signers MUST use RSA keys of at least 1024 bits for all keys. Signers SHOULD use RSA keys of at least 2048 bits."
        return key.Bits < 1024
            ? new KeyReading(place, null, $"{place.Path} is an RSA key of {key.Bits} bits, and verifiers ignore keys below 1024. Make a new key of 2048.")
            : new KeyReading(place, key, null, $"{place.Path} is an RSA key of {key.Bits} bits. Make a new key of 2048.");
    }
}
