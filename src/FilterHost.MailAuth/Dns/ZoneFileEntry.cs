using System.Globalization;
using System.Text;

namespace FilterHost.MailAuth.Dns;

/// <summary>One entry of a zone file: a line, or several within parentheses.</summary>
internal sealed class ZoneFileEntry(int line, bool repeatsOwner)
{
    private int _depth;

    /// <summary>The line that it begins on, or the one that is wrong.</summary>
    public int Line { get; private set; } = line;

    /// <summary>True where the line begins with white space: the owner is the one before.</summary>
    public bool RepeatsOwner => repeatsOwner;

    public List<ZoneFileWord> Words { get; } = [];

    public string? Problem { get; private set; }

    public static IEnumerable<ZoneFileEntry> Split(string text)
    {
        ZoneFileEntry? entry = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            entry ??= new ZoneFileEntry(number, line is [' ' or '\t', ..]);
            entry.ReadLine(line.TrimEnd('\r'), number);
            if (entry._depth > 0 && entry.Problem is null)
                continue;
            if (entry.Words.Count > 0 || entry.Problem is not null)
                yield return entry;
            entry = null;
        }
        if (entry is not null)
        {
            entry.Problem = "a parenthesis is not closed";
            yield return entry;
        }
    }

    private void ReadLine(string line, int number)
    {
        for (var position = 0; position < line.Length && Problem is null;)
        {
            switch (line[position])
            {
                case ' ' or '\t':
                    position++;
                    break;
                case ';':
                    return;
                case '(':
                    _depth++;
                    position++;
                    break;
                case ')':
                    if (--_depth < 0)
                        Problem = "a parenthesis is closed that was not opened";
                    position++;
                    break;
                default:
                    Problem = ReadWord(line, ref position);
                    break;
            }
        }
        if (Problem is not null)
            Line = number;
    }

    private string? ReadWord(string line, ref int position)
    {
        var octets = new List<byte>();
        var hasEscapedDot = false;
        var isQuoted = line[position] == '"';
        var start = isQuoted ? ++position : position;
        while (position < line.Length && (isQuoted ? line[position] != '"' : !" \t;()\"".Contains(line[position], StringComparison.Ordinal)))
        {
            if (line[position] != '\\')
                ReadCharacter(line, ref position, octets);
            else if (TryReadEscape(line, ref position, octets))
                hasEscapedDot |= octets[^1] == '.';
            else
                return "a backslash needs a character, or three digits up to 255, after it";
        }
        if (isQuoted && position == line.Length)
            return "a quotation mark is not closed on its line";
        Words.Add(new ZoneFileWord(line[start..position], [.. octets], hasEscapedDot));
        if (isQuoted)
            position++;
        return null;
    }

    // \DDD is the octet of that number, \X is X itself (RFC 1035 §5.1).
    private static bool TryReadEscape(string line, ref int position, List<byte> octets)
    {
        var escaped = line.AsSpan(++position);
        if (escaped is [>= '0' and <= '9', ..])
        {
            if (escaped.Length < 3 || !byte.TryParse(escaped[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var octet))
                return false;
            octets.Add(octet);
            position += 3;
            return true;
        }
        if (escaped.IsEmpty)
            return false;
        ReadCharacter(line, ref position, octets);
        return true;
    }

    private static void ReadCharacter(string line, ref int position, List<byte> octets)
    {
        Rune.DecodeFromUtf16(line.AsSpan(position), out var character, out var length);
        Span<byte> encoded = stackalloc byte[4];
        octets.AddRange(encoded[..character.EncodeToUtf8(encoded)]);
        position += length;
    }
}
