using System.Globalization;
using System.Text;
using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>A milter's answer as a verdict.</summary>
internal static class ForeignReply
{
    public static Verdict VerdictOf(MilterResponse response) => response.Kind switch
    {
        MilterReplyKind.Continue or MilterReplyKind.Skip => Verdict.Continue,
        MilterReplyKind.Accept => Verdict.Accept,
        MilterReplyKind.Discard => Verdict.Discard,
        MilterReplyKind.Reject => Verdict.Reject("refused by a mail filter"),
        MilterReplyKind.TempFail => Verdict.TempFail("refused by a mail filter for now, try again later"),
        MilterReplyKind.ReplyCode => Verdict.Reply(Read(response.Text.Span)),
        _ => throw new MilterProtocolException($"an answer of unknown kind {response.Kind}"),
    };

    /// <summary>The nearest reply that no MTA takes for malformed: of the same code, with an enhanced code of its class, of text that is printable, short enough and not too many lines.</summary>
    /// <param name="text">Lines that begin with their code, percent signs doubled; the client has checked the codes.</param>
    private static SmtpReply Read(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.UTF8.GetString(text).Split("\r\n");
        var code = int.Parse(lines[0].AsSpan(0, 3), CultureInfo.InvariantCulture);
        var enhanced = "";
        var cleaned = new List<string>();
        foreach (var line in lines.Take(SmtpReply.MaximumLines))
        {
            var rest = line.Length > 4 ? line[4..] : "";
            var end = rest.IndexOf(' ', StringComparison.Ordinal);
            var first = end < 0 ? rest : rest[..end];
            if (IsEnhancedCode(first, code))
            {
                enhanced = enhanced.Length == 0 ? first : enhanced;
                rest = end < 0 ? "" : rest[(end + 1)..];
            }
            cleaned.Add(SmtpReply.Clean(rest.Replace("%%", "%", StringComparison.Ordinal)));
        }
        return new SmtpReply(code, enhanced.Length == 0 ? $"{code / 100}.7.1" : enhanced, string.Join('\n', cleaned));
    }

    // RFC 3463 §2, of the class of the code (RFC 2034 §4).
    private static bool IsEnhancedCode(string text, int code)
    {
        var parts = text.Split('.');
        return parts.Length == 3 && parts[0] == (code / 100).ToString(CultureInfo.InvariantCulture) && IsNumber(parts[1]) && IsNumber(parts[2]);
    }

    private static bool IsNumber(string part) => part.Length is 1 or 2 or 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');
}
