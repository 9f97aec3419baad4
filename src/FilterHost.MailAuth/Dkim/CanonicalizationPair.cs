namespace FilterHost.MailAuth.Dkim;

/// <summary>The tag <c>c=</c>: how header section and body are canonicalized.</summary>
/// <param name="Header">For the header section.</param>
/// <param name="Body">For the body.</param>
public readonly record struct CanonicalizationPair(Canonicalization Header, Canonicalization Body)
{
    /// <summary>Parses <c>relaxed/simple</c>. One word alone is that of the header section; the body's is then simple (RFC 6376 §3.5, c=).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out CanonicalizationPair pair)
    {
        var slash = text.IndexOf((byte)'/');
        var body = Canonicalization.Simple;
        var isValid = TryParseOne(slash < 0 ? text : text[..slash], out var header) && (slash < 0 || TryParseOne(text[(slash + 1)..], out body));
        pair = new CanonicalizationPair(header, body);
        return isValid;
    }

    /// <summary>As the tag has it, both words.</summary>
    public override string ToString() => $"{Word(Header)}/{Word(Body)}";

    private static string Word(Canonicalization canonicalization) => canonicalization == Canonicalization.Simple ? "simple" : "relaxed";

    private static bool TryParseOne(ReadOnlySpan<byte> word, out Canonicalization canonicalization)
    {
        canonicalization = word.SequenceEqual("relaxed"u8) ? Canonicalization.Relaxed : Canonicalization.Simple;
        return canonicalization == Canonicalization.Relaxed || word.SequenceEqual("simple"u8);
    }
}
