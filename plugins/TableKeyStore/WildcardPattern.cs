namespace FilterHost.Plugins.TableKeyStore;

/// <summary>A pattern in which * stands for any text and everything else for itself.</summary>
internal static class WildcardPattern
{
    /// <summary>Whether the whole text fits. The work is bounded by the product of both lengths.</summary>
    public static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (inPattern, inText) = (0, 0);
        var (star, resume) = (-1, 0);
        while (inText < text.Length)
        {
            if (inPattern < pattern.Length && pattern[inPattern] == '*')
            {
                (star, resume) = (inPattern++, inText);
            }
            else if (inPattern < pattern.Length && pattern[inPattern] == text[inText])
            {
                inPattern++;
                inText++;
            }
            else if (star >= 0)
            {
                // The last * takes one character more.
                (inPattern, inText) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }
        return !pattern[inPattern..].ContainsAnyExcept('*');
    }
}
