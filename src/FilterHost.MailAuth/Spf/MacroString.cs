using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FilterHost.MailAuth.Spf;

/// <summary>A macro-string, or the text of an explanation (RFC 7208 §7.1).</summary>
internal sealed class MacroString
{
    // Letters are lower case here. "c", "r" and "t" are for explanations only (RFC 7208 §7.2).
    private const string Letters = "slodiphv";
    private const string ExplanationLetters = "crt";

    // RFC 7208 §7.1: delimiter.
    private static readonly SearchValues<char> DelimiterCharacters = SearchValues.Create(".-+,/_=");

    // A name has at most 127 labels, so more parts than this are all there are. RFC 7208 §7.3: 127 MUST be supported.
    private const int MaximumCount = 1000;

    private readonly List<MacroPart> _parts = [];

    private MacroString()
    {
    }

    /// <summary>The text, where it has no macros but %%, %_ and %-; else null.</summary>
    public string? Constant => _parts switch
    {
        [] => "",
        [{ Literal: { } literal }] => literal,
        _ => null,
    };

    /// <summary>True where the text ends with a macro, %%, %_ or %-: a domain-spec may then end so (RFC 7208 §7.1).</summary>
    public bool EndsWithMacro { get; private set; }

    /// <summary>The literal text after the last macro.</summary>
    public string Tail { get; private set; } = "";

    /// <summary>True where one of these letters is used.</summary>
    public bool Uses(string letters)
    {
        foreach (var part in _parts)
        {
            if (part.Literal is null && letters.Contains(part.Letter, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Parses the macro-string of a domain-spec or an unknown modifier.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacroString? macros) => TryParse(text, isExplanation: false, out macros);

    /// <summary>Parses the text of an explanation, which may hold spaces and three more letters.</summary>
    public static bool TryParseExplanation(ReadOnlySpan<char> text, [NotNullWhen(true)] out MacroString? macros) => TryParse(text, isExplanation: true, out macros);

    /// <summary>Appends the expansion. Whoever bounds the result asks after each part whether there is enough.</summary>
    public void Expand(StringBuilder text, in MacroValues values, Func<StringBuilder, bool> isEnough)
    {
        foreach (var part in _parts)
        {
            if (part.Literal is not null)
                text.Append(part.Literal);
            else
                part.AppendTo(text, values.Of(part.Letter));
            if (isEnough(text))
                return;
        }
    }

    private static bool TryParse(ReadOnlySpan<char> text, bool isExplanation, [NotNullWhen(true)] out MacroString? macros)
    {
        macros = null;
        var parsed = new MacroString();
        var literal = new StringBuilder();
        var tail = 0;
        var position = 0;
        while (position < text.Length)
        {
            var character = text[position++];
            if (character != '%')
            {
                if (character is not (> ' ' and <= '~') && !(isExplanation && character == ' '))
                    return false;
                literal.Append(character);
                continue;
            }
            if (position == text.Length)
                return false;
            switch (text[position++])
            {
                case '%':
                    literal.Append('%');
                    break;
                case '_':
                    literal.Append(' ');
                    break;
                case '-':
                    literal.Append("%20");
                    break;
                case '{':
                    if (!TryReadMacro(text, ref position, isExplanation, out var macro))
                        return false;
                    parsed.AddLiteral(literal);
                    parsed._parts.Add(macro);
                    break;
                default:
                    return false;
            }
            tail = position;
        }
        parsed.AddLiteral(literal);
        parsed.EndsWithMacro = tail > 0 && tail == text.Length;
        parsed.Tail = text[tail..].ToString();
        macros = parsed;
        return true;
    }

    // macro-letter transformers *delimiter "}"
    private static bool TryReadMacro(ReadOnlySpan<char> text, ref int position, bool isExplanation, [NotNullWhen(true)] out MacroPart? macro)
    {
        macro = null;
        var length = text[position..].IndexOf('}');
        if (length < 1)
            return false;
        var content = text.Slice(position, length);
        position += length + 1;
        var letter = char.ToLowerInvariant(content[0]);
        if (!Letters.Contains(letter, StringComparison.Ordinal) && !(isExplanation && ExplanationLetters.Contains(letter, StringComparison.Ordinal)))
            return false;
        var isEscaped = char.IsAsciiLetterUpper(content[0]);
        content = content[1..];
        if (!TryReadCount(ref content, out var count))
            return false;
        var isReversed = !content.IsEmpty && content[0] is 'r' or 'R';
        if (isReversed)
            content = content[1..];
        if (content.ContainsAnyExcept(DelimiterCharacters))
            return false;
        macro = new MacroPart { Letter = letter, IsEscaped = isEscaped, Count = count, IsReversed = isReversed, Delimiters = content.IsEmpty || content is "." ? null : content.ToString() };
        return true;
    }

    // RFC 7208 §7.3: "If a DIGIT is specified, the value MUST be nonzero."
    private static bool TryReadCount(ref ReadOnlySpan<char> content, out int count)
    {
        var digits = content.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = content.Length;
        count = 0;
        foreach (var digit in content[..digits])
            count = Math.Min(MaximumCount, (count * 10) + digit - '0');
        content = content[digits..];
        return digits == 0 || count > 0;
    }

    private void AddLiteral(StringBuilder literal)
    {
        if (literal.Length == 0)
            return;
        _parts.Add(new MacroPart { Literal = literal.ToString() });
        literal.Clear();
    }
}
