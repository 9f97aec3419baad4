using System.Globalization;
using System.Text;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>
/// Gets the octets of a TXT record back from the library's two forms. The decoded one is exact where the octets were UTF-8. The escaped one (DnsClient 1.8.0) writes octets outside of printable ASCII
/// as <c>\DDD</c> and a quotation mark as <c>\"</c>, but a backslash as itself, so it serves only where the other one has lost something.
/// </summary>
internal static class TextOctets
{
    private const char Lost = '\uFFFD';

    /// <summary>The character-strings joined with nothing between (RFC 6376 §3.6.2.2).</summary>
    public static ReadOnlyMemory<byte> Join(IEnumerable<string> decoded, IEnumerable<string> escaped)
    {
        var octets = new List<byte>(256);
        foreach (var (text, escapedText) in decoded.Zip(escaped))
        {
            if (text.Contains(Lost, StringComparison.Ordinal))
                AddEscaped(octets, escapedText);
            else
                octets.AddRange(Encoding.UTF8.GetBytes(text));
        }
        return octets.ToArray();
    }

    private static void AddEscaped(List<byte> octets, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && IsEscapedOctet(text.AsSpan(i + 1), out var octet))
            {
                octets.Add(octet);
                i += 3;
            }
            else if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '"')
            {
                octets.Add((byte)text[++i]);
            }
            else
            {
                octets.Add((byte)text[i]);
            }
        }
    }

    // Printable octets are never written so; such digits are the text itself.
    private static bool IsEscapedOctet(ReadOnlySpan<char> text, out byte octet)
    {
        octet = 0;
        return text.Length >= 3 && byte.TryParse(text[..3], NumberStyles.None, CultureInfo.InvariantCulture, out octet) && octet is < 0x20 or > 0x7E;
    }
}
