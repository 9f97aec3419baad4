using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>Files that are read whole, within a bound.</summary>
internal static class FileText
{
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The octets of a file, or null if there are more than <paramref name="largest"/>. Also reads what tells no length, such as a pipe.</summary>
    public static byte[]? ReadBounded(string path, int largest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var content = new MemoryStream();
        var buffer = new byte[8192];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            if (content.Length + read > largest)
                return null;
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }

    /// <summary>Why a file cannot be read, without its path.</summary>
    public static string Reason(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "permission denied",
        _ => "input/output error",
    };
}
