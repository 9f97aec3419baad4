using System.Buffers;

namespace FilterHost.MailAuth.Dkim;

/// <summary>A name of header fields, maybe with <c>*</c> at its end for all names that begin so.</summary>
internal static class FieldPattern
{
    // Narrower than RFC 5322 §2.2: names with other characters are not in use, and ";" could not stand in h=.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private const int MaximumNameLength = 64;

    public static bool IsPrefix(string pattern) => pattern.EndsWith('*');

    public static bool IsValid(ReadOnlySpan<char> pattern)
    {
        var name = pattern.EndsWith("*") ? pattern[..^1] : pattern;
        return name.Length is > 0 and <= MaximumNameLength && !name.ContainsAnyExcept(NameCharacters);
    }
}
