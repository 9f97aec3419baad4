using FilterHost.Hosting.Pipeline;

namespace FilterHost.Testing;

/// <summary>A message with another part in it.</summary>
internal static class MessageParts
{
    public static ReadOnlyMemory<byte> WithField(ReadOnlyMemory<byte> message, HeaderField field)
    {
        var name = System.Text.Encoding.ASCII.GetString(field.Name.Span);
        var fields = Read(message, out var body);
        return Write([.. fields.Where(other => !other.IsNamed(name)), field], body.Span);
    }

    public static ReadOnlyMemory<byte> WithBody(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> body) => Write(Read(message, out _), body.Span);

    /// <summary>Takes a message apart.</summary>
    public static List<HeaderField> Read(ReadOnlyMemory<byte> message, out ReadOnlyMemory<byte> body)
    {
        var fields = new List<HeaderField>();
        while (WireMessage.TryReadField(ref message, out var field))
            fields.Add(field);
        body = message;
        return fields;
    }

    /// <summary>Puts a message together.</summary>
    public static byte[] Write(IEnumerable<HeaderField> fields, ReadOnlySpan<byte> body)
    {
        using var message = new MemoryStream();
        foreach (var field in fields)
        {
            message.Write(field.Name.Span);
            message.WriteByte((byte)':');
            message.Write(field.Body.Span);
            message.Write("\r\n"u8);
        }
        message.Write("\r\n"u8);
        message.Write(body);
        return message.ToArray();
    }
}
