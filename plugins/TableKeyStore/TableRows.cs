using System.Buffers;
using System.Text;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Finds the rows in a table's octets, by OpenDKIM's rules.</summary>
internal static class TableRows
{
    // isspace(3) in the C locale; CR is among it, so files with CRLF read the same.
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\v\f\r\n"u8);

    /// <summary>
    /// A row is a line: the key, white space, the value. Blank lines and all from "#" on are passed over, and there is no continuation. OpenDKIM cuts lines at 1024 octets, and takes white
    /// space before a pattern for an empty pattern; here lines are read whole, and such white space is passed over.
    /// </summary>
    public static TableRow[] OfFile(ReadOnlySpan<byte> octets)
    {
        // An editor's mark that is no part of the first key.
        var start = octets.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var rows = new List<TableRow>();
        for (var line = 1; start < octets.Length; line++)
        {
            var length = octets[start..].IndexOf((byte)'\n') is >= 0 and var end ? end : octets.Length - start;
            var text = octets.Slice(start, length);
            if (text.IndexOf((byte)'#') is >= 0 and var comment)
                text = text[..comment];
            AddRow(rows, line, start, text, text.TrimStart(" \t\v\f\r"u8).IndexOfAny(WhiteSpace), octets);
            start += length + 1;
        }
        return [.. rows];
    }

    /// <summary>A row is an item of the list: the key, "=", the value, white space around each passed over.</summary>
    public static TableRow[] OfList(ReadOnlySpan<byte> octets)
    {
        var rows = new List<TableRow>();
        var item = 0;
        foreach (var range in octets.Split((byte)','))
            AddRow(rows, ++item, range.Start.Value, octets[range], octets[range].TrimStart(" \t\v\f\r\n"u8).IndexOf((byte)'='), octets);
        return [.. rows];
    }

    // keyLength counts from the first octet that is no white space; negative where there is no value.
    private static void AddRow(List<TableRow> rows, int line, int start, ReadOnlySpan<byte> text, int keyLength, ReadOnlySpan<byte> octets)
    {
        var (keyStart, length) = Trimmed(octets, start, text.Length);
        if (length == 0)
            return;
        if (keyLength < 0 || keyLength >= length)
        {
            rows.Add(new TableRow(line, keyStart, length, keyStart + length, 0));
            return;
        }
        var (_, trimmedKey) = Trimmed(octets, keyStart, keyLength);
        var (valueStart, valueLength) = Trimmed(octets, keyStart + keyLength + 1, length - keyLength - 1);
        rows.Add(new TableRow(line, keyStart, trimmedKey, valueStart, valueLength));
    }

    private static (int Start, int Length) Trimmed(ReadOnlySpan<byte> octets, int start, int length)
    {
        var text = octets.Slice(start, length);
        var first = text.IndexOfAnyExcept(WhiteSpace);
        return first < 0 ? (start, 0) : (start + first, text.LastIndexOfAnyExcept(WhiteSpace) - first + 1);
    }
}
