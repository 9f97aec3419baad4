using System.Net;
using System.Text;
using MimeKit;

namespace FilterHost.Examples.BodyFooter;

/// <summary>Puts a footer into a text, in the text's own character set where that has the footer's characters.</summary>
internal static class FooterText
{
    /// <summary>False where the text cannot be read without loss, and stays as it is.</summary>
    public static bool TryAdd(TextPart part, Func<string, string> add)
    {
        using var octets = new MemoryStream();
        part.Content?.DecodeTo(octets);
        if (EncodingOf(part) is not { } encoding || Decoded(encoding, octets.ToArray()) is not { } original)
            return false;
        var text = add(original);
        var content = Encoded(encoding, text);
        if (content is null)
        {
            content = Encoding.UTF8.GetBytes(text);
            part.ContentType.Charset = "utf-8";
        }
        part.Content = new MimeContent(new MemoryStream(content));
        part.ContentTransferEncoding = part.GetBestEncoding(EncodingConstraint.SevenBit);
        return true;
    }

    public static string Below(string text, string footer) => $"{text.TrimEnd('\r', '\n')}\r\n\r\n{footer.ReplaceLineEndings("\r\n")}\r\n";

    public static string InHtml(string html, BodyFooterSettings settings)
    {
        var footer = settings.Html ?? $"<p>{WebUtility.HtmlEncode(settings.Text).ReplaceLineEndings("<br>")}</p>";
        var end = html.LastIndexOf("</body", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html + footer : html.Insert(end, footer);
    }

    private static Encoding? EncodingOf(TextPart part)
    {
        try
        {
            // RFC 2045 §5.2: without a character set it is US-ASCII.
            return Encoding.GetEncoding(part.ContentType.Charset ?? "us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // The text as it is read must give the same octets again, or the rest of it would be changed.
    private static string? Decoded(Encoding encoding, byte[] octets)
    {
        try
        {
            var text = encoding.GetString(octets);
            return encoding.GetBytes(text).AsSpan().SequenceEqual(octets) ? text : null;
        }
        catch (Exception e) when (e is DecoderFallbackException or EncoderFallbackException)
        {
            return null;
        }
    }

    private static byte[]? Encoded(Encoding encoding, string text)
    {
        try
        {
            return encoding.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}
