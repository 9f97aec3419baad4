namespace FilterHost.MailAuth.Syntax;

/// <summary>Comments and folding white space (RFC 5322 §3.2.2).</summary>
internal static class Cfws
{
    // Deeper nesting has no use but to exhaust a reader.
    private const int MaximumDepth = 50;

    /// <summary>Skips white space and comments; false for a comment that does not end or is nested too deep.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> text, ref int position)
    {
        while (position < text.Length)
        {
            if (text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                position++;
            else if (text[position] != '(')
                return true;
            else if (!TrySkipComment(text, ref position))
                return false;
        }
        return true;
    }

    /// <summary>Skips the one comment that begins here; false where it does not end or is nested too deep.</summary>
    public static bool TrySkipComment(ReadOnlySpan<byte> text, ref int position)
    {
        for (var depth = 0; position < text.Length; position++)
        {
            switch (text[position])
            {
                case (byte)'\\':
                    position++;
                    break;
                case (byte)'(' when ++depth > MaximumDepth:
                case 0:
                    return false;
                case (byte)')' when --depth == 0:
                    position++;
                    return true;
                default:
                    break;
            }
        }
        return false;
    }
}
