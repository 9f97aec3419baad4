using System.Buffers;
using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>A name of header fields, maybe with <c>*</c> in it, which stands for any characters or none.</summary>
internal static class FieldPattern
{
    // Narrower than RFC 5322 §2.2: names with other characters are not in use, and ";" could not stand in h=.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly SearchValues<char> PatternCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*");

    private const int MaximumNameLength = 64;

    public static bool IsPattern(string name) => name.Contains('*', StringComparison.Ordinal);

    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaximumNameLength && !name.ContainsAnyExcept(NameCharacters);

    /// <summary>True for a name, and for a pattern that has more than stars.</summary>
    public static bool IsValid(ReadOnlySpan<char> pattern) =>
        pattern.Length is > 0 and <= MaximumNameLength && !pattern.ContainsAnyExcept(PatternCharacters) && pattern.ContainsAnyExcept('*');

    /// <summary>True where the name is of the pattern, letter case ignored. Time is at most the product of both lengths.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<byte> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
            return Ascii.EqualsIgnoreCase(name, pattern);
        if (name.Length < star || !Ascii.EqualsIgnoreCase(name[..star], pattern[..star]))
            return false;
        name = name[star..];
        // Each part between two stars is taken where it comes first; the last one has to end the name.
        for (pattern = pattern[(star + 1)..]; (star = pattern.IndexOf('*')) >= 0; pattern = pattern[(star + 1)..])
        {
            var found = IndexOf(name, pattern[..star]);
            if (found < 0)
                return false;
            name = name[(found + star)..];
        }
        return name.Length >= pattern.Length && Ascii.EqualsIgnoreCase(name[^pattern.Length..], pattern);
    }

    private static int IndexOf(ReadOnlySpan<byte> name, ReadOnlySpan<char> part)
    {
        for (var i = 0; i <= name.Length - part.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(name.Slice(i, part.Length), part))
                return i;
        }
        return -1;
    }
}
