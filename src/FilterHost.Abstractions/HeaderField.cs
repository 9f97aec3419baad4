using System.Text;

namespace FilterHost;

/// <summary>
/// One header field as it stands in the message: a name, and a body that holds every octet after the colon, leading white space and folds (CRLF and white space) included,
/// without the final CRLF. A field is an identity: edits name it by reference, never by index.
/// </summary>
/// <remarks>Of a message in hand, name and body are views that are valid until the transaction ends; copy what is kept longer.</remarks>
public sealed class HeaderField
{
    /// <summary>A field of these octets.</summary>
    /// <param name="name">The name, without colon.</param>
    /// <param name="body">All octets after the colon; a fold is CRLF followed by a space or tab.</param>
    public HeaderField(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> body)
    {
        Name = name;
        Body = body;
    }

    /// <summary>The name with the letter case of the message, without white space before the colon.</summary>
    public ReadOnlyMemory<byte> Name { get; }

    /// <summary>Every octet between the colon and the final CRLF.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>A new field whose body is one space and <paramref name="value"/>. UTF-8, for mail that allows it (RFC 6532).</summary>
    /// <exception cref="FormatException">The name is no field name (RFC 5322 §2.2), or the value would end the field: a NUL, a CR or LF that is no fold, or an empty folded line.</exception>
    public static HeaderField Create(string name, string value)
    {
        var field = new HeaderField(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(" " + value));
        field.ThrowIfUnsafe();
        return field;
    }

    /// <summary>True where the name equals <paramref name="name"/>, letter case ignored.</summary>
    public bool IsNamed(string name) => Ascii.EqualsIgnoreCase(Name.Span, name);

    /// <summary>The body unfolded and trimmed, as text; octets that are not UTF-8 become U+FFFD. Encoded words are left as they are.</summary>
    public string Text => HeaderText.Unfold(Body.Span);

    /// <summary>The body with encoded words decoded (RFC 2047), for people to read. Never a basis for a judgement on addresses.</summary>
    public string DecodedText => HeaderText.Decode(Body.Span);

    /// <inheritdoc/>
    public override string ToString() => $"{Encoding.ASCII.GetString(Name.Span)}:{Encoding.UTF8.GetString(Body.Span)}";

    internal static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && !name.Contains(':', StringComparison.Ordinal);

    internal void ThrowIfUnsafe()
    {
        if (!IsName(Encoding.Latin1.GetString(Name.Span)))
            throw new FormatException("a header field's name is one or more printable ASCII characters without colon (RFC 5322 §2.2)");
        if (!HeaderText.IsSafeBody(Body.Span))
            throw new FormatException($"the body of {Encoding.ASCII.GetString(Name.Span)} holds NUL, a bare CR or LF, or an empty line; folds are CRLF followed by a space or tab and text");
    }
}
