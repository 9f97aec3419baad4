using System.Text;

namespace FilterHost.Testing;

/// <summary>What differs between two messages, line by line, with a few equal lines around it.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    // The table of common lines grows with the product; of longer messages the part around the first difference is shown.
    private const int MaximumLines = 1000;

    public static string Of(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var (first, second) = (LinesOf(expected), LinesOf(actual));
        var same = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(0, same - Context);
        var lines = Compare(first.AsSpan(start, Math.Min(MaximumLines, first.Length - start)), second.AsSpan(start, Math.Min(MaximumLines, second.Length - start)));
        return Shorten(lines, start);
    }

    // CRLF ends a line; what else cannot be seen is written as an escape.
    private static string[] LinesOf(ReadOnlySpan<byte> message) => [.. Encoding.UTF8.GetString(message).Split("\r\n").Select(Visible)];

    private static string Visible(string line)
    {
        var text = new StringBuilder(line.Length);
        foreach (var character in line)
            text.Append(character is '\t' or >= ' ' and not '\x7F' ? character.ToString() : $"\\x{(int)character:X2}");
        // White space at the end of a line cannot be seen either.
        return line.EndsWith(' ') || line.EndsWith('\t') ? text.Append('$').ToString() : text.ToString();
    }

    private static List<string> Compare(ReadOnlySpan<string> expected, ReadOnlySpan<string> actual)
    {
        var common = CommonLines(expected, actual);
        var lines = new List<string>();
        for (var (i, j) = (0, 0); i < expected.Length || j < actual.Length;)
        {
            if (i < expected.Length && j < actual.Length && expected[i] == actual[j])
            {
                lines.Add($"  {expected[i++]}");
                j++;
            }
            else if (i < expected.Length && (j == actual.Length || common[i + 1, j] >= common[i, j + 1]))
                lines.Add($"- {expected[i++]}");
            else
                lines.Add($"+ {actual[j++]}");
        }
        return lines;
    }

    private static int[,] CommonLines(ReadOnlySpan<string> expected, ReadOnlySpan<string> actual)
    {
        var common = new int[expected.Length + 1, actual.Length + 1];
        for (var i = expected.Length - 1; i >= 0; i--)
        {
            for (var j = actual.Length - 1; j >= 0; j--)
                common[i, j] = expected[i] == actual[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        return common;
    }

    private static string Shorten(List<string> lines, int start)
    {
        var text = new StringBuilder();
        var isLeftOut = start > 0;
        for (var i = 0; i < lines.Count; i++)
        {
            var isNear = lines.Take(Math.Max(0, i - Context)..(i + Context + 1)).Any(line => line[0] != ' ');
            if (isNear && isLeftOut)
                text.AppendLine("  ...");
            if (isNear)
                text.AppendLine(lines[i]);
            isLeftOut = !isNear;
        }
        return text.ToString();
    }
}
