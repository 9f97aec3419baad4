using System.Globalization;

namespace FilterHost;

/// <summary>
/// A refusal to the client: a code, an enhanced status code of the same class (RFC 3463) and text. The only constructor checks all of it, so that codes cannot disagree
/// and no MTA takes the reply for malformed.
/// </summary>
public sealed record SmtpReply
{
    /// <summary>The most lines that libmilter and the MTAs take.</summary>
    public const int MaximumLines = 32;

    /// <summary>The most octets of text in a line, so that a line with its codes stays within 980 octets even with every percent sign doubled.</summary>
    public const int MaximumLineLength = 480;

    /// <summary>Makes a reply.</summary>
    /// <param name="code">400 to 599. 421 makes the MTA end the session.</param>
    /// <param name="enhancedCode">Three numbers, class equal to that of the code: <c>5.7.1</c>.</param>
    /// <param name="text">Printable ASCII; a line break starts another line of the reply.</param>
    /// <exception cref="FormatException">One of them is outside its range, or the classes differ.</exception>
    public SmtpReply(int code, string enhancedCode, string text)
    {
        if (code is < 400 or > 599)
            throw new FormatException($"a reply's code is 400 to 599, not {code}");
        if (!IsEnhancedCode(enhancedCode))
            throw new FormatException($"'{enhancedCode}' is no enhanced status code (RFC 3463 §2)");
        if (enhancedCode[0] - '0' != code / 100)
            throw new FormatException($"the classes of {code} and {enhancedCode} differ (RFC 3463 §2)");
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines.Length > MaximumLines)
            throw new FormatException($"a reply has at most {MaximumLines} lines, not {lines.Length}");
        foreach (var line in lines)
        {
            if (line.Length > MaximumLineLength)
                throw new FormatException($"a line of a reply has at most {MaximumLineLength} characters, not {line.Length}");
            if (line.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                throw new FormatException("the text of a reply is printable ASCII");
        }
        (Code, EnhancedCode, Lines) = (code, enhancedCode, lines);
    }

    /// <summary>Three digits, 4yz or 5yz.</summary>
    public int Code { get; }

    /// <summary>The enhanced status code.</summary>
    public string EnhancedCode { get; }

    /// <summary>The text, one entry a line, at least one.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>True for 5yz.</summary>
    public bool IsPermanent => Code >= 500;

    /// <summary>Makes foreign text fit for a reply: characters that are not printable ASCII become "?", and a line is cut at its limit.</summary>
    public static string Clean(string text)
    {
        var cut = text.Length > MaximumLineLength ? text[..MaximumLineLength] : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        });
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Code} {EnhancedCode} {string.Join(" / ", Lines)}");

    // class "." subject "." detail: one digit, then one to three digits each (RFC 3463 §2)
    private static bool IsEnhancedCode(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 3 && parts[0].Length == 1 && IsNumber(parts[0]) && IsNumber(parts[1]) && IsNumber(parts[2]);
    }

    private static bool IsNumber(string part) =>
        part.Length is >= 1 and <= 3 && !part.AsSpan().ContainsAnyExceptInRange('0', '9') && (part.Length == 1 || part[0] != '0');
}
