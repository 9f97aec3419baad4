using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FilterHost;

/// <summary>
/// A checked domain name in its A-label form, lower case, without a trailing dot: safe to look up, to compare and to write into a header field.
/// U-labels are converted on parsing (RFC 8616 §3, RFC 5890 §2.3.2.1), so two spellings of one domain are equal.
/// </summary>
public sealed class DomainName : IEquatable<DomainName>
{
    /// <summary>The longest name in octets, without the trailing dot (RFC 1035 §2.3.4).</summary>
    public const int MaximumLength = 253;

    /// <summary>The longest label in octets (RFC 1035 §2.3.4).</summary>
    public const int MaximumLabelLength = 63;

    private static readonly SearchValues<char> MailDomainCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    private readonly string _name;

    private DomainName(string name) => _name = name;

    /// <summary>Number of labels, at least 1.</summary>
    public int LabelCount => _name.AsSpan().Count('.') + 1;

    /// <summary>The name without its first label, or null where one label is left.</summary>
    public DomainName? Parent
    {
        get
        {
            var dot = _name.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? null : new DomainName(_name[(dot + 1)..]);
        }
    }

    /// <summary>
    /// Parses a mail domain: labels of letters, digits, hyphen and underscore, or U-labels. One trailing dot is tolerated.
    /// </summary>
    /// <param name="text">The domain as a header field, an envelope or a setting has it.</param>
    /// <param name="domain">The checked name.</param>
    /// <returns>False for anything else: empty labels, NUL, quotes, brackets, white space, a name too long, U-labels that IDNA refuses.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DomainName? domain)
    {
        domain = null;
        if (text.Length > 1 && text[^1] == '.')
            text = text[..^1];
        if (text.IsEmpty || text.Length > MaximumLength)
            return false;
        var ascii = Ascii.IsValid(text) ? text.ToString().ToLowerInvariant() : ToALabels(text);
        if (ascii is null || ascii.AsSpan().ContainsAnyExcept(MailDomainCharacters) || !HasValidLabels(ascii))
            return false;
        domain = new DomainName(ascii);
        return true;
    }

    /// <summary>The same for octets; those above 127 must be UTF-8 (RFC 6532 §3.1).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out DomainName? domain)
    {
        domain = null;
        // A U-label takes at most four octets a character.
        if (text.Length > MaximumLength * 4)
            return false;
        Span<char> characters = stackalloc char[text.Length];
        return System.Text.Unicode.Utf8.ToUtf16(text, characters, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done
            && TryParse(characters[..written], out domain);
    }

    /// <summary>
    /// Parses a name only meant for DNS questions, where labels may hold any printable ASCII character, as the macros of SPF make them (RFC 7208 §7), the space of <c>%_</c> included.
    /// </summary>
    public static bool TryParseQueryName(ReadOnlySpan<char> text, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        if (text.Length > 1 && text[^1] == '.')
            text = text[..^1];
        if (text.IsEmpty || text.Length > MaximumLength || text.ContainsAnyExceptInRange(' ', '~'))
            return false;
        var lower = text.ToString().ToLowerInvariant();
        if (!HasValidLabels(lower))
            return false;
        name = new DomainName(lower);
        return true;
    }

    /// <summary>Parses a domain that is known to be good, such as a constant.</summary>
    /// <exception cref="FormatException">The text is not a domain name.</exception>
    public static DomainName Parse(string text) =>
        TryParse(text, out var domain) ? domain : throw new FormatException($"'{text}' is not a domain name");

    /// <summary>The name with <paramref name="prefix"/> and a dot before it (<c>selector._domainkey</c>), or false where that is not a name.</summary>
    public bool TryPrepend(string prefix, [NotNullWhen(true)] out DomainName? name) =>
        TryParse($"{prefix}.{_name}", out name);

    /// <summary>True where this name equals <paramref name="other"/> or lies below it, by whole labels.</summary>
    public bool IsSameOrBelow(DomainName other) =>
        _name.Length == other._name.Length
            ? string.Equals(_name, other._name, StringComparison.Ordinal)
            : _name.Length > other._name.Length
                && _name[_name.Length - other._name.Length - 1] == '.'
                && _name.EndsWith(other._name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool Equals(DomainName? other) => other is not null && string.Equals(_name, other._name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DomainName);

    /// <summary>True for the same name, or for two that are null.</summary>
    public static bool operator ==(DomainName? left, DomainName? right) => left is null ? right is null : left.Equals(right);

    /// <summary>True for different names.</summary>
    public static bool operator !=(DomainName? left, DomainName? right) => !(left == right);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_name, StringComparison.Ordinal);

    /// <summary>The A-label form.</summary>
    public override string ToString() => _name;

    private static string? ToALabels(ReadOnlySpan<char> text)
    {
        try
        {
            return Idn.GetAscii(text.ToString()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool HasValidLabels(ReadOnlySpan<char> name)
    {
        if (name.Length > MaximumLength)
            return false;
        foreach (var label in name.Split('.'))
        {
            var length = label.End.Value - label.Start.Value;
            if (length is 0 or > MaximumLabelLength)
                return false;
        }
        return true;
    }
}
