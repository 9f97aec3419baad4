using System.Globalization;

namespace FilterHost.Milter;

/// <summary>Writes a filter's final reply to a command.</summary>
internal static class MilterReplyWriter
{
    public static void Write(MilterFrameWriter frames, MilterReply reply)
    {
        frames.Begin((byte)reply.Kind);
        if (reply.SmtpReply is { } text)
            WriteText(frames, text);
        frames.End();
    }

    // "ddd-x.y.z text" CRLF for all lines but the last, which has a space and no CRLF; one NUL. Postfix checks each line, Sendmail the end.
    private static void WriteText(MilterFrameWriter frames, SmtpReply reply)
    {
        var code = reply.Code.ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < reply.Lines.Count; i++)
        {
            var last = i == reply.Lines.Count - 1;
            // Sendmail formats the text and Postfix halves the signs, so each percent sign goes twice.
            var text = reply.Lines[i].Replace("%", "%%", StringComparison.Ordinal);
            frames.Text($"{code}{(last ? ' ' : '-')}{reply.EnhancedCode} {text}{(last ? "\0" : "\r\n")}");
        }
    }
}
