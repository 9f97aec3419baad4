using System.Globalization;
using System.Text;

namespace FilterHost.MailAuth.Dns;

/// <summary>One entry of a zone file: a line, or several within parentheses.</summary>
internal sealed class ZoneFileEntry(int line, bool repeatsOwner)
{
    public int Line => line;

    /// <summary>True where the line begins with white space: the owner is the one before.</summary>
    public bool RepeatsOwner => repeatsOwner;

    public List<ZoneFileWord> Words { get; } = [];

    public string? Problem { get; private set; }

    public static IEnumerable<ZoneFileEntry> Split(string text)
    {
        ZoneFileEntry? entry = null;
        var depth = 0;
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            entry ??= new ZoneFileEntry(number, line.StartsWith(' ') || line.StartsWith('\t'));
            entry.ReadLine(line, ref depth);
            if (depth > 0 && entry.Problem is null)
                continue;
            if (entry.Words.Count > 0 || entry.Problem is not null)
                yield return entry;
            (entry, depth) = (null, 0);
        }
        if (depth > 0 && entry is not null)
        {
            entry.Problem = "a parenthesis is not closed";
            yield return entry;
        }
    }

    private void ReadLine(string line, ref int depth)
    {
        for (var position = 0; position < line.Length;)
        {
            switch (line[position])
            {
                case ' ' or '\t':
                    position++;
                    break;
                case ';':
                    return;
                case '(':
                    depth++;
                    position++;
                    break;
                case ')':
                    depth--;
                    position++;
                    break;
                default:
                    ReadWord(line, ref position);
                    break;
            }
        }
        if (depth < 0)
            Problem = "a parenthesis is closed that was not opened";
    }

    private void ReadWord(string line, ref int position)
    {
        var text = new StringBuilder();
        var octets = new List<byte>();
        var isQuoted = line[position] == '"';
        if (isQuoted)
            position++;
        while (position < line.Length && (isQuoted ? line[position] != '"' : !" \t;()\"".Contains(line[position], StringComparison.Ordinal)))
        {
            if (line[position] == '\\' && TryReadEscape(line, ref position, out var octet))
            {
                octets.Add(octet);
                text.Append((char)octet);
                continue;
            }
            // One above U+FFFF takes two characters.
            var length = position + 1 < line.Length && char.IsSurrogatePair(line[position], line[position + 1]) ? 2 : 1;
            octets.AddRange(Encoding.UTF8.GetBytes(line, position, length));
            text.Append(line, position, length);
            position += length;
        }
        if (isQuoted && position >= line.Length)
            Problem = "a quotation mark is not closed";
        if (isQuoted)
            position++;
        Words.Add(new ZoneFileWord(text.ToString(), [.. octets]));
    }

    // \DDD is the octet of that number, \X is X itself (RFC 1035 §5.1).
    private static bool TryReadEscape(string line, ref int position, out byte octet)
    {
        octet = 0;
        if (position + 3 < line.Length && byte.TryParse(line.AsSpan(position + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out octet))
        {
            position += 4;
            return true;
        }
        if (position + 1 >= line.Length || !char.IsAscii(line[position + 1]))
            return false;
        octet = (byte)line[position + 1];
        position += 2;
        return true;
    }
}
