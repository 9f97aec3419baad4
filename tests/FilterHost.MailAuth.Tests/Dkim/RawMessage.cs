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

    public RawMessage With(params IEnumerable<HeaderField> onTop) => this with { Header = new HeaderSection([.. onTop, .. Header]) };
}
