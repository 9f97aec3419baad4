using System.Text;

namespace FilterHost.Examples.SubjectTag;

/// <summary>A subject with a tag before it. Not an octet of the subject itself is changed, which may be folded, encoded, or in a character set that nobody names, but for those that no field may hold.</summary>
internal static class TaggedSubject
{
    // RFC 5322 §2.1.1: a line should have no more than 78 characters.
    private const int MaximumLine = 78;

    // RFC 2047 §2: an encoded word has at most 75 characters; of these =?utf-8?B?…?= takes 12, and base64 makes 4 of 3.
    private const int MaximumOctets = 45;

    private static readonly int FieldName = "Subject:".Length;

    /// <summary>All octets after the colon.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="subject">All octets after the colon as they were.</param>
    public static byte[] Of(string tag, ReadOnlySpan<byte> subject)
    {
        ReadOnlySpan<byte> rest = Fit(subject.TrimStart(" \t\r\n"u8));
        if (rest.IsEmpty)
            return Encoding.ASCII.GetBytes($" {Written(tag)}");
        // White space between two encoded words is not shown (RFC 2047 §6.2), so that between tag and subject goes into the tag's.
        var written = Written(IsPlain(tag) || !rest.StartsWith("=?"u8) ? tag : tag + " ");
        var line = rest.IndexOf("\r\n"u8) is var end and >= 0 ? end : rest.Length;
        var last = FieldName + 1 + written.Length - (written.LastIndexOf('\n') + 1);
        return [.. Encoding.ASCII.GetBytes($" {written}"), .. last + 1 + line > MaximumLine ? "\r\n "u8 : " "u8, .. rest];
    }

    // NUL, and CR and LF that fold nothing, come with forged mail too; for them the tag must not be left out. A fold without text behind it goes.
    private static byte[] Fit(ReadOnlySpan<byte> subject)
    {
        var lines = new List<byte>(subject.Length);
        foreach (var range in subject.Split("\r\n"u8))
        {
            var line = subject[range];
            if (line.IndexOfAnyExcept(" \t\r\n\0"u8) < 0)
                continue;
            if (lines.Count > 0)
                lines.AddRange(line[0] is (byte)' ' or (byte)'\t' ? "\r\n"u8 : "\r\n "u8);
            foreach (var octet in line)
                lines.Add(octet is (byte)'\r' or (byte)'\n' or 0 ? (byte)' ' : octet);
        }
        return [.. lines];
    }

    private static bool IsPlain(string tag) => tag.All(static character => character is >= ' ' and <= '~') && !tag.Contains("=?", StringComparison.Ordinal);

    private static string Written(string tag) => IsPlain(tag) ? tag : string.Join("\r\n ", Chunks(tag).Select(static chunk => $"=?utf-8?B?{Convert.ToBase64String(chunk)}?="));

    // RFC 2047 §5: a character is not divided between two encoded words.
    private static IEnumerable<byte[]> Chunks(string tag)
    {
        var chunk = new List<byte>();
        foreach (var rune in tag.EnumerateRunes())
        {
            var octets = Encoding.UTF8.GetBytes(rune.ToString());
            if (chunk.Count + octets.Length > MaximumOctets)
            {
                yield return [.. chunk];
                chunk.Clear();
            }
            chunk.AddRange(octets);
        }
        yield return [.. chunk];
    }
}
