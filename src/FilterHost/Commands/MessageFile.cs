using FilterHost.Hosting.Pipeline;

namespace FilterHost.Commands;

/// <summary>A message from a file or from standard input.</summary>
internal sealed class MessageFile
{
    private MessageFile(string path, byte[] octets)
    {
        (Path, Octets) = (path, octets);
        ReadOnlyMemory<byte> rest = WireMessage.ToWireLines(octets);
        var fields = new List<HeaderField>();
        while (WireMessage.TryReadField(ref rest, out var field))
            fields.Add(field);
        (Header, Body) = (new HeaderSection(fields), rest);
    }

    /// <summary>As it was named.</summary>
    public string Path { get; }

    /// <summary>As it was read.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>The header section as it looks on the wire.</summary>
    public HeaderSection Header { get; }

    /// <summary>The body as it looks on the wire.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>How its lines end.</summary>
    public ReadOnlySpan<byte> LineEnd => Octets.Span.IndexOf((byte)'\n') is > 0 and var end && Octets.Span[end - 1] == '\r' ? "\r\n"u8 : "\n"u8;

    /// <summary>Reads the files, - for standard input; null, with a message, where one cannot be read.</summary>
    public static MessageFile[]? ReadAll(IReadOnlyList<string> paths)
    {
        var read = paths.Select(path => ReadOctets(path) is { } octets ? new MessageFile(path, octets) : null).OfType<MessageFile>().ToArray();
        return read.Length < paths.Count ? null : read;
    }

    /// <summary>The octets of a file, - for standard input; null, with a message, where it cannot be read.</summary>
    public static byte[]? ReadOctets(string path)
    {
        try
        {
            using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using var octets = new MemoryStream();
            input.CopyTo(octets);
            return octets.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"filterhost: {exception.Message}");
            return null;
        }
    }
}
