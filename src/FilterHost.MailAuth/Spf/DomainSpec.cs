using System.Text;

namespace FilterHost.MailAuth.Spf;

/// <summary>A domain-spec (RFC 7208 §7.1): what a term asks DNS for, with macros.</summary>
internal sealed class DomainSpec
{
    // What is left of this many characters of an expansion that ends beyond them cannot be part of the name.
    private const int Tail = 2 * DomainName.MaximumLength;

    private readonly MacroString _macros;
    private readonly DomainName? _constant;

    private DomainSpec(MacroString macros)
    {
        _macros = macros;
        if (macros.Constant is { } text)
            _constant = ToName(new StringBuilder(text));
    }

    /// <summary>True where the client's name must be known to expand it: <c>%{p}</c>.</summary>
    public bool UsesValidatedName => _macros.Uses("p");

    /// <summary>True where the name depends on the client's address.</summary>
    public bool LooksAtClient => _macros.Uses("ip");

    /// <summary>Null where the text is no domain-spec.</summary>
    public static DomainSpec? Parse(ReadOnlySpan<char> text) =>
        MacroString.TryParse(text, out var macros) && (macros.EndsWithMacro || EndsWithTopLabel(macros.Tail)) ? new DomainSpec(macros) : null;

    /// <summary>
    /// The name; null where the expansion is none that DNS could have. RFC 7208 §4.8 leaves open what then happens; we treat it as a name that does not exist, as the test suite prefers.
    /// </summary>
    public DomainName? Expand(in MacroValues values)
    {
        if (_macros.Constant is not null)
            return _constant;
        // RFC 8616 §4: terms with %{s} or %{l} never match where the local part is not ASCII.
        if (_macros.Uses("sl") && !Ascii.IsValid(values.Request.LocalPart))
            return null;
        var text = new StringBuilder();
        _macros.Expand(text, values, static text =>
        {
            if (text.Length > 2 * Tail)
                text.Remove(0, text.Length - Tail);
            return false;
        });
        return ToName(text);
    }

    // RFC 7208 §7.3: of a longer name "the left side is truncated to fit, by removing successive domain labels (and their following dots)".
    private static DomainName? ToName(StringBuilder expansion)
    {
        var text = expansion.ToString().AsSpan();
        if (text.EndsWith('.'))
            text = text[..^1];
        if (text.Length > DomainName.MaximumLength)
        {
            var dot = text[(text.Length - DomainName.MaximumLength - 1)..].IndexOf('.');
            text = dot < 0 ? [] : text[(text.Length - DomainName.MaximumLength + dot)..];
        }
        return DomainName.TryParseQueryName(text, out var name) ? name : null;
    }

    // domain-end = ( "." toplabel [ "." ] ); toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
    private static bool EndsWithTopLabel(ReadOnlySpan<char> text)
    {
        if (text.EndsWith('.'))
            text = text[..^1];
        var dot = text.LastIndexOf('.');
        if (dot < 0)
            return false;
        var label = text[(dot + 1)..];
        var isNumber = true;
        foreach (var character in label)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '-')
                return false;
            isNumber &= char.IsAsciiDigit(character);
        }
        return !isNumber && label[0] != '-' && label[^1] != '-';
    }
}
