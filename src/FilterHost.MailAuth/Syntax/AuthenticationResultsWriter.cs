using System.Globalization;
using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>Writes the Authentication-Results field (RFC 8601 §2.2). Whatever the values hold, the field has the results and properties that were given and no more.</summary>
public static class AuthenticationResultsWriter
{
    private const int LineLength = 78;

    // RFC 5322 §2.1.1: a line must not be longer than 998 characters.
    private const int MaximumValueLength = 500;

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
            if (IsToken(property.Type) && IsToken(property.Name) && ValueOf(property.Value, allowUtf8) is { } value)
                line.Add(" ", $"{property.Type}.{property.Name}={value}");
        }
    }

    // Keyword of RFC 5321 §4.1.2 (Ldh-str); a stranger's plugin may have given anything.
    private static string Keyword(string word)
    {
        var keyword = new string([.. word.Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_').Take(64)]);
        return keyword.Length == 0 ? "x" : keyword;
    }

    /// <summary>A pvalue: a value, or an address in its own form. Null for what cannot be written.</summary>
    private static string? ValueOf(string value, bool allowUtf8)
    {
        if (value.Length > MaximumValueLength || value.Any(char.IsControl))
            return null;
        var at = value.LastIndexOf('@');
        if (at >= 0 && DomainName.TryParse(value.AsSpan(at + 1), out var domain))
        {
            var local = value[..at];
            // A local part that ASCII mail cannot hold is left out: the domain is what is judged.
            var isWritable = allowUtf8 || Ascii.IsValid(local);
            return $"{(isWritable ? local.Length == 0 || IsDotAtom(local) ? local : Quoted(Unquoted(local)) : "")}@{domain}";
        }
        if (!allowUtf8 && !Ascii.IsValid(value))
            return null;
        return IsToken(value) ? value : Quoted(value);
    }

    private static string Unquoted(string local) =>
        local.Length > 1 && local[0] == '"' && local[^1] == '"' ? local[1..^1].Replace("\\", "", StringComparison.Ordinal) : local;

    private static bool IsToken(string text) =>
        text.Length > 0 && text.Length <= MaximumValueLength && text.All(character => character > ' ' && !char.IsControl(character) && !char.IsWhiteSpace(character) && !"()<>@,;:\\\"/[]?=".Contains(character, StringComparison.Ordinal));

    private static bool IsDotAtom(string text) =>
        text[0] != '.' && text[^1] != '.' && !text.Contains("..", StringComparison.Ordinal) && IsToken(text);

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Clean(string text, bool allowUtf8)
    {
        var cut = text.Length > MaximumValueLength ? text[..MaximumValueLength] : text;
        return new string([.. cut.Select(character => char.IsControl(character) || (!allowUtf8 && !char.IsAscii(character)) || char.IsSurrogate(character) ? '?' : character)]);
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
