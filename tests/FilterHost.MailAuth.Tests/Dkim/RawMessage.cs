using System.Text;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>A message split into fields and body as an MTA does; LF becomes CRLF.</summary>
internal sealed record RawMessage(HeaderSection Header, byte[] Body)
{
    public static RawMessage Parse(string text) => Parse(Encoding.Latin1.GetBytes(text));

    public static RawMessage Parse(byte[] octets)
    {
        var text = Encoding.Latin1.GetString(octets).ReplaceLineEndings("\r\n");
        var split = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var header = split < 0 ? text : text[..split];
        var body = split < 0 ? "" : text[(split + 4)..];
        var fields = new List<HeaderField>();
        var lines = header.Split("\r\n");
        for (var i = 0; i < lines.Length;)
        {
            var field = lines[i++];
            while (i < lines.Length && lines[i].Length > 0 && lines[i][0] is ' ' or '\t')
                field += "\r\n" + lines[i++];
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                fields.Add(new HeaderField(Encoding.Latin1.GetBytes(field[..colon]), Encoding.Latin1.GetBytes(field[(colon + 1)..])));
        }
        return new RawMessage(new HeaderSection(fields), Encoding.Latin1.GetBytes(body));
    }

    /// <summary>A message from a file, octet by octet: an mbox line on top goes, LF becomes CRLF, everything else stays. What is no field ends the header section, as with an MTA.</summary>
    public static RawMessage ParseOctets(byte[] octets)
    {
        var rest = ToCrlf(octets).AsSpan();
        if (rest.StartsWith("From "u8))
            rest = rest[(rest.IndexOf("\r\n"u8) + 2)..];
        var fields = new List<HeaderField>();
        while (!rest.IsEmpty)
        {
            var end = EndOfField(rest);
            var colon = rest[..end].IndexOf((byte)':');
            if (colon <= 0 || rest[..colon].ContainsAnyExceptInRange((byte)33, (byte)126))
                break;
            fields.Add(FieldOf(rest[..end]));
            rest = rest[Math.Min(rest.Length, end + 2)..];
        }
        if (rest.StartsWith("\r\n"u8))
            rest = rest[2..];
        return new RawMessage(new HeaderSection(fields), rest.ToArray());
    }

    public static HeaderField FieldOf(ReadOnlySpan<byte> octets)
    {
        var colon = octets.IndexOf((byte)':');
        return new HeaderField(octets[..colon].ToArray(), octets[(colon + 1)..].TrimEnd("\r\n"u8).ToArray());
    }

    private static int EndOfField(ReadOnlySpan<byte> text)
    {
        for (var position = 0; ;)
        {
            var end = text[position..].IndexOf("\r\n"u8);
            if (end < 0)
                return text.Length;
            position += end;
            if (end == 0 || position + 2 >= text.Length || text[position + 2] is not ((byte)' ' or (byte)'\t'))
                return position;
            position += 2;
        }
    }

    private static byte[] ToCrlf(byte[] octets)
    {
        var lines = new List<byte>(octets.Length + 1000);
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r'))
                lines.Add((byte)'\r');
            lines.Add(octets[i]);
        }
        return [.. lines];
    }

    /// <summary>The message as an MTA passes it on.</summary>
    public byte[] ToOctets()
    {
        var octets = new List<byte>();
        foreach (var field in Header)
        {
            octets.AddRange(field.Name.Span);
            octets.Add((byte)':');
            octets.AddRange(field.Body.Span);
            octets.AddRange("\r\n"u8);
        }
        octets.AddRange("\r\n"u8);
        octets.AddRange(Body);
        return [.. octets];
    }

    public RawMessage With(params IEnumerable<HeaderField> onTop) => this with { Header = new HeaderSection([.. onTop, .. Header]) };
}
