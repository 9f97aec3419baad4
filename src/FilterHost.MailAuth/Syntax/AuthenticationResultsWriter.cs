using System.Globalization;
using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>Writes the Authentication-Results field (RFC 8601 §2.2). Whatever the values hold, the field has the results and properties that were given and no more.</summary>
public static class AuthenticationResultsWriter
{
    private const int LineLength = 78;

    // No method, result, ptype or property that is registered comes near.
    private const int MaximumKeyword = 64;

    // RFC 5322 §2.1.1: a line must not be longer than 998 characters, which RFC 6532 §3.4 counts as octets. A property's name takes up to 130 of them, a domain 254.
    private const int MaximumValueOctets = 600;

    /// <summary>The field for these results.</summary>
    /// <param name="authservId">Our id.</param>
    /// <param name="results">In any order: they are written by method, spf, dkim and dmarc first.</param>
    /// <param name="allowUtf8">True for mail that may hold UTF-8 (RFC 6532); otherwise the field is ASCII.</param>
    public static HeaderField Write(string authservId, IReadOnlyList<AuthenticationResult> results, bool allowUtf8)
    {
        var line = new FoldedLine("Authentication-Results:".Length);
        line.Add(" ", IsToken(authservId) && (allowUtf8 || Ascii.IsValid(authservId)) ? authservId : Quoted(Clean(authservId, allowUtf8)));
        if (results.Count == 0)
            line.Add("; ", "none");
        foreach (var result in results.OrderBy(result => Rank(result.Method)).ThenBy(result => result.Method, StringComparer.Ordinal))
            AddResult(line, result, allowUtf8);
        return new HeaderField("Authentication-Results"u8.ToArray(), Encoding.UTF8.GetBytes(line.ToString()));
    }

    private static int Rank(string method) => method switch { "spf" => 0, "dkim" => 1, "dmarc" => 2, _ => 3 };

    private static void AddResult(FoldedLine line, AuthenticationResult result, bool allowUtf8)
    {
        line.Separate();
        line.Add(" ", $"{Keyword(result.Method)}={Keyword(result.Word)}");
        if (result.Reason is { } reason)
            line.Add(" ", $"reason={Quoted(Clean(reason, allowUtf8))}");
        foreach (var property in result.Properties)
        {
            if (IsKeyword(property.Type) && IsKeyword(property.Name) && ValueOf(property.Value, allowUtf8) is { } value)
                line.Add(" ", $"{property.Type}.{property.Name}={value}");
        }
    }

    // What is no keyword becomes one: the result itself is never left out.
    private static string Keyword(string word)
    {
        var keyword = new string([.. word.Where(static character => char.IsAsciiLetterOrDigit(character) || character == '-').Take(MaximumKeyword)]).TrimEnd('-');
        return keyword.Length == 0 ? "x" : keyword;
    }

    // Keyword of RFC 5321 §4.1.2 (Ldh-str); a stranger's plugin may have given anything.
    private static bool IsKeyword(string word) =>
        word.Length is > 0 and <= MaximumKeyword && word[^1] != '-' && word.All(static character => char.IsAsciiLetterOrDigit(character) || character == '-');

    /// <summary>A pvalue: a value, or an address in its own form. Null for what cannot be written.</summary>
    private static string? ValueOf(string value, bool allowUtf8)
    {
        var at = value.LastIndexOf('@');
        if (at >= 0 && DomainName.TryParse(value.AsSpan(at + 1), out var domain))
        {
            var local = value[..at] is ['"', .. var unquoted, '"'] ? unquoted : value[..at];
            // A local part that cannot be written is left out: the domain is what is judged.
            return IsWritable(local, allowUtf8) && local.Length > 0
                ? $"{(IsDotAtom(local) ? local : Quoted(local))}@{domain}"
                : $"@{domain}";
        }
        return !IsWritable(value, allowUtf8) ? null : IsToken(value) ? value : Quoted(value);
    }

    private static bool IsWritable(string text, bool allowUtf8) =>
        Encoding.UTF8.GetByteCount(text) <= MaximumValueOctets && (allowUtf8 || Ascii.IsValid(text)) && text.EnumerateRunes().All(IsWritable);

    // A quoted pair would do for quotes and backslashes (RFC 5322 §3.2.4), but to readers without it (Mail::AuthenticationResults 2.20230112) the string ends at the quote,
    // and what a sender put behind it is a result. A lone surrogate comes as U+FFFD.
    private static bool IsWritable(Rune rune) => !Rune.IsControl(rune) && rune != Rune.ReplacementChar && rune.Value is not ('"' or '\\');

    private static bool IsToken(string text) => text.Length > 0 && !text.Any(IsNoTokenCharacter);

    private static bool IsNoTokenCharacter(char character) =>
        character == ' ' || char.IsControl(character) || char.IsWhiteSpace(character) || "()<>@,;:\\\"/[]?=".Contains(character, StringComparison.Ordinal);

    private static bool IsDotAtom(string text) =>
        text[0] != '.' && text[^1] != '.' && !text.Contains("..", StringComparison.Ordinal) && IsToken(text);

    private static string Quoted(string text) => $"\"{text}\"";

    // Text that is cut where it is too long, with other characters for those that cannot be written.
    private static string Clean(string text, bool allowUtf8)
    {
        var clean = new StringBuilder();
        var octets = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var written = rune.Value is '"' ? "'" : IsWritable(rune) && (allowUtf8 || rune.IsAscii) ? rune.ToString() : "?";
            octets += Encoding.UTF8.GetByteCount(written);
            if (octets > MaximumValueOctets)
                break;
            clean.Append(written);
        }
        return clean.ToString();
    }

    /// <summary>Text that is folded before a piece that would make its line too long.</summary>
    private sealed class FoldedLine(int column)
    {
        private readonly StringBuilder _text = new();
        private int _column = column;

        public void Separate()
        {
            _text.Append(';');
            _column++;
        }

        public void Add(string separator, string piece)
        {
            if (_text.Length > 0 && _column + separator.Length + piece.Length > LineLength)
            {
                _text.Append(CultureInfo.InvariantCulture, $"{separator.TrimEnd(' ')}\r\n\t{piece}");
                _column = 1 + piece.Length;
                return;
            }
            _text.Append(separator).Append(piece);
            _column += separator.Length + piece.Length;
        }

        public override string ToString() => _text.ToString();
    }
}
