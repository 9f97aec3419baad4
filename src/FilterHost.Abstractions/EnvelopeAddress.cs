using System.Buffers;
using System.Text;

namespace FilterHost;

/// <summary>
/// A reverse-path or forward-path as MAIL FROM or RCPT TO had it, parsed once for everybody. Brackets may be missing; a source route is dropped (RFC 5321 §4.1.1.3).
/// </summary>
public sealed class EnvelopeAddress
{
    private static readonly SearchValues<byte> EndsOfLocalPart = SearchValues.Create("@<>()[]\\,;:\"\0 \t\r\n"u8);

    private EnvelopeAddress(ReadOnlyMemory<byte> path) => Path = path;

    /// <summary>The path exactly as received, brackets included where the client sent them.</summary>
    public ReadOnlyMemory<byte> Path { get; }

    /// <summary>True for the null reverse-path of bounces, <c>&lt;&gt;</c>.</summary>
    public bool IsNull { get; private init; }

    /// <summary>The local part, quoting removed; empty for a null path, null where the path does not parse.</summary>
    public string? LocalPart { get; private init; }

    /// <summary>The domain; null for a null path, an address literal, a path without domain, or one that does not parse.</summary>
    public DomainName? Domain { get; private init; }

    /// <summary>Parses a path. It never fails: what does not parse has neither local part nor domain.</summary>
    public static EnvelopeAddress Parse(ReadOnlyMemory<byte> path)
    {
        var text = path.Span.Trim(" \t"u8);
        if (text.Length > 1 && text[0] == '<' && text[^1] == '>')
            text = text[1..^1];
        if (text.IsEmpty)
            return new EnvelopeAddress(path) { IsNull = true, LocalPart = "" };
        if (text[0] == '@')
        {
            var route = text.IndexOf((byte)':');
            text = route < 0 ? [] : text[(route + 1)..];
        }
        if (!TryReadLocalPart(text, out var local, out var rest))
            return new EnvelopeAddress(path);
        if (rest.IsEmpty)
            return new EnvelopeAddress(path) { LocalPart = local };
        if (rest[0] != '@')
            return new EnvelopeAddress(path);
        rest = rest[1..];
        if (rest.Length > 2 && rest[0] == '[' && rest[^1] == ']')
            return new EnvelopeAddress(path) { LocalPart = local };
        return DomainName.TryParse(rest, out var domain)
            ? new EnvelopeAddress(path) { LocalPart = local, Domain = domain }
            : new EnvelopeAddress(path);
    }

    /// <summary>The path as text; octets that are not UTF-8 become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Path.Span);

    // RFC 5321 §4.1.2: Local-part = Dot-string / Quoted-string; dots at odd places are tolerated, since MTAs pass them on.
    private static bool TryReadLocalPart(ReadOnlySpan<byte> text, out string local, out ReadOnlySpan<byte> rest)
    {
        local = "";
        rest = text;
        if (!text.IsEmpty && text[0] == '"')
            return TryReadQuoted(text, out local, out rest);
        var end = text.IndexOfAny(EndsOfLocalPart);
        if (end < 0)
            end = text.Length;
        if (end == 0 || text[..end].ContainsAnyInRange((byte)0, (byte)31))
            return false;
        local = Encoding.UTF8.GetString(text[..end]);
        rest = text[end..];
        return true;
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> text, out string local, out ReadOnlySpan<byte> rest)
    {
        local = "";
        rest = default;
        var unquoted = new List<byte>(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                local = Encoding.UTF8.GetString([.. unquoted]);
                rest = text[(i + 1)..];
                return true;
            }
            if (text[i] == '\\' && ++i == text.Length)
                return false;
            if (text[i] < 32)
                return false;
            unquoted.Add(text[i]);
        }
        return false;
    }
}
