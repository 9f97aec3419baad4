namespace FilterHost.Hosting.Pipeline;

/// <summary>A message as octets, lines ended by CRLF, for runs without an MTA.</summary>
internal static class WireMessage
{
    /// <summary>Turns bare LF into CRLF, as files on disk need it before they look like mail on the wire.</summary>
    public static byte[] ToWireLines(ReadOnlySpan<byte> message)
    {
        var lines = new List<byte>(message.Length + 256);
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '\n' && (i == 0 || message[i - 1] != '\r'))
                lines.Add((byte)'\r');
            lines.Add(message[i]);
        }
        return [.. lines];
    }

    /// <summary>Takes one field off the header section; false at its end, where the rest is the body.</summary>
    /// <param name="rest">What is left of the message.</param>
    /// <param name="field">A view of the field.</param>
    public static bool TryReadField(ref ReadOnlyMemory<byte> rest, out HeaderField field)
    {
        var line = rest[..EndOfField(rest.Span)];
        var colon = line.Span.IndexOf((byte)':');
        field = new HeaderField(default, default);
        if (line.IsEmpty)
        {
            rest = rest[Math.Min(rest.Length, 2)..];
            return false;
        }
        // No header field: an MTA takes it, and all that follows, for the body.
        if (colon <= 0)
            return false;
        rest = rest[Math.Min(rest.Length, line.Length + 2)..];
        field = new HeaderField(line[..colon].TrimEnd(" \t"u8), line[(colon + 1)..]);
        return true;
    }

    // A field goes on where the next line begins with white space (RFC 5322 §2.2.3).
    private static int EndOfField(ReadOnlySpan<byte> message)
    {
        for (var position = 0; ;)
        {
            var end = message[position..].IndexOf("\r\n"u8);
            if (end < 0)
                return message.Length;
            position += end;
            var next = position + 2;
            if (end == 0 || next >= message.Length || message[next] is not ((byte)' ' or (byte)'\t'))
                return position;
            position = next;
        }
    }
}
