using System.Text;
using FilterHost.Keys;
using Microsoft.Win32.SafeHandles;

namespace FilterHost.MailAuth.Keys;

/// <summary>Private keys in files of their own.</summary>
public static class KeyFile
{
    // A PEM key of 16384 bits takes 13 KB.
    private const int MaximumOctets = 65536;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads one key file, with every reason to refuse it.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="checkPermissions">Whether a file that others could read or exchange is refused.</param>
    public static KeyFileReading Read(string path, bool checkPermissions)
    {
        try
        {
            // Before it is opened: a pipe would keep us waiting for its other end.
            if (FileOwnership.Of(path) is { IsRegularFile: false })
                return new KeyFileReading(null, $"{path} is no file. Name the file of the private key.");
            using var file = File.OpenHandle(path);
            if (checkPermissions && KeyFilePermissions.FindProblem(path, file) is { } problem)
                return new KeyFileReading(null, problem);
            return Judge(path, ReadText(file));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeyFileReading(null, $"{path} does not exist. Make the key, or correct the path.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new KeyFileReading(null, KeyFilePermissions.UnreadableProblem(path, error));
        }
    }

    /// <summary>Makes a key in a new file of mode 0600, and the folder where it is missing (0700). A file that is there is never overwritten.</summary>
    /// <exception cref="IOException">There is a file of that name, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static void Create(string path, SigningAlgorithm algorithm, int rsaBits)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, OwnerOnly | UnixFileMode.UserExecute);
        // CreateNew is O_EXCL: two programs cannot make one key, and no symbolic link is followed.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly };
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(PrivateKeyText.Create(algorithm, rsaBits)));
        file.Flush(flushToDisk: true);
    }

    private static string? ReadText(SafeFileHandle file)
    {
        if (RandomAccess.GetLength(file) > MaximumOctets)
            return null;
        var octets = new byte[MaximumOctets];
        var length = RandomAccess.Read(file, octets, 0);
        return Encoding.Latin1.GetString(octets, 0, length);
    }

    private static KeyFileReading Judge(string path, string? text)
    {
        if (text is null)
            return new KeyFileReading(null, $"{path} has more than {MaximumOctets} octets, so it is no private key. Name the file of the private key.");
        return PrivateKeyText.TryParse(text, out var key, out var problem)
            ? KeyFileReading.Of(path, key)
            : new KeyFileReading(null, $"{path} {problem}");
    }
}
