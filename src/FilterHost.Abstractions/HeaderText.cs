using System.Globalization;
using System.Text;

namespace FilterHost;

/// <summary>Text views of a header field's octets.</summary>
internal static class HeaderText
{
    public static string Unfold(ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetString(body)
            .Replace("\r\n", "", StringComparison.Ordinal)
            .Trim(' ', '\t');

    /// <summary>Decodes encoded words of RFC 2047; one that does not parse stays as it is.</summary>
    public static string Decode(ReadOnlySpan<byte> body)
    {
        var text = Unfold(body);
        if (!text.Contains("=?", StringComparison.Ordinal))
            return text;
        var decoded = new StringBuilder(text.Length);
        var position = 0;
        var afterWord = false;
        while (position < text.Length)
        {
            var start = text.IndexOf("=?", position, StringComparison.Ordinal);
            var end = start < 0 ? -1 : EndOfWord(text, start);
            if (end < 0)
                break;
            var between = text.AsSpan(position, start - position);
            // White space between two encoded words is not part of the text (RFC 2047 §6.2).
            if (!(afterWord && between.Trim(" \t").IsEmpty))
                decoded.Append(between);
            var word = DecodeWord(text.AsSpan(start, end - start));
            decoded.Append(word ?? text.AsSpan(start, end - start));
            afterWord = word is not null;
            position = end;
        }
        return decoded.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>False for what would end the field or be cut by an MTA: NUL, CR or LF that is no fold, a folded line without text.</summary>
    public static bool IsSafeBody(ReadOnlySpan<byte> body)
    {
        while (true)
        {
            var line = body.IndexOfAny("\r\n\0"u8);
            if (line < 0)
                return true;
            var rest = body[line..];
            if (!rest.StartsWith("\r\n"u8) || rest.Length < 3 || rest[2] is not ((byte)' ' or (byte)'\t'))
                return false;
            body = rest[3..];
            var next = body.IndexOf((byte)'\r');
            var content = next < 0 ? body : body[..next];
            if (content.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
                return false;
        }
    }

    // =?charset?encoding?text?=
    private static int EndOfWord(string text, int start)
    {
        var charset = text.IndexOf('?', start + 2);
        var encoding = charset < 0 ? -1 : text.IndexOf('?', charset + 1);
        var end = encoding < 0 ? -1 : text.IndexOf("?=", encoding + 1, StringComparison.Ordinal);
        return end < 0 ? -1 : end + 2;
    }

    private static string? DecodeWord(ReadOnlySpan<char> word)
    {
        var parts = word[2..^2].ToString().Split('?', 3);
        try
        {
            // RFC 2231 §5: a language may follow the character set after an asterisk.
            // The runtime itself knows a dozen character sets; those of older mail are in the code pages.
            var name = parts[0].Split('*')[0];
            var charset = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return parts[1] switch
            {
                "b" or "B" => charset.GetString(Convert.FromBase64String(parts[2])),
                "q" or "Q" => charset.GetString(FromQuotedPrintable(parts[2])),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            return null;
        }
    }

    private static byte[] FromQuotedPrintable(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                bytes.Add(octet);
                i += 2;
            }
            else
            {
                // RFC 2047 §4.2: "_" always represents hexadecimal 20.
                bytes.AddRange(text[i] == '_' ? " "u8 : Encoding.UTF8.GetBytes(text, i, 1));
            }
        }
        return [.. bytes];
    }
}
