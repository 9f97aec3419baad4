using System.Text;

namespace FilterHost.MailAuth.Spf;

/// <summary>A literal text, or a macro with its transformers (RFC 7208 §7.1).</summary>
internal sealed record MacroPart
{
    private static readonly string[] Dot = ["."];

    /// <summary>Text that stands for itself; null for a macro.</summary>
    public string? Literal { get; init; }

    /// <summary>The macro's letter, lower case.</summary>
    public char Letter { get; init; }

    /// <summary>How many parts are kept, from the right; 0 keeps all.</summary>
    public int Count { get; init; }

    public bool IsReversed { get; init; }

    /// <summary>True for an upper-case letter.</summary>
    public bool IsEscaped { get; init; }

    /// <summary>The characters that the value is split at; null is the dot alone.</summary>
    public string? Delimiters { get; init; }

    public void AppendTo(StringBuilder text, string value)
    {
        if (Count > 0 || IsReversed || Delimiters is not null)
            value = Transform(value);
        // RFC 7208 §7.3: what is outside the unreserved set of RFC 3986 is escaped.
        text.Append(IsEscaped ? Uri.EscapeDataString(value) : value);
    }

    // RFC 7208 §7.3: split, reversed, the right-hand parts taken, "rejoined using "."".
    private string Transform(string value)
    {
        var parts = Delimiters is null ? value.Split(Dot, StringSplitOptions.None) : value.Split(Delimiters.ToCharArray());
        if (IsReversed)
            Array.Reverse(parts);
        var first = Count == 0 ? 0 : Math.Max(0, parts.Length - Count);
        return string.Join('.', parts, first, parts.Length - first);
    }
}
