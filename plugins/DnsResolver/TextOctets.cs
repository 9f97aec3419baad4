using System.Globalization;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>Gets the octets of a TXT record back from the library's escaped form, in which octets outside of printable ASCII are <c>\DDD</c>. Its other form decodes them, and loses some.</summary>
internal static class TextOctets
{
    /// <summary>The character-strings joined with nothing between (RFC 6376 §3.6.2.2).</summary>
    public static ReadOnlyMemory<byte> Join(IEnumerable<string> escaped)
    {
        var octets = new List<byte>(256);
        foreach (var text in escaped)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '\\' || i + 1 == text.Length)
                {
                    octets.Add((byte)text[i]);
                }
                else if (i + 3 < text.Length && byte.TryParse(text.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var octet))
                {
                    octets.Add(octet);
                    i += 3;
                }
                else
                {
                    octets.Add((byte)text[++i]);
                }
            }
        }
        return octets.ToArray();
    }
}
