using System.Buffers;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>Tells whether text is a syntactically valid reporting URI (RFC 9989 §4.8, RFC 3986 §3).</summary>
internal static class ReportingUri
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create(Letters + Digits + "+-.");

    // unreserved, gen-delims, sub-delims and "%"; "commas and exclamation points MUST be encoded".
    private static readonly SearchValues<char> UriCharacters = SearchValues.Create(Letters + Digits + "-._~:/?#[]@$&'()*+;=%");

    /// <summary>True where the value of <c>rua</c> or <c>ruf</c> has at least one valid URI.</summary>
    public static bool AnyIn(string? list)
    {
        foreach (var range in list.AsSpan().Split(','))
        {
            if (IsValid(WithoutSize(list.AsSpan()[range].Trim(" \t"))))
                return true;
        }
        return false;
    }

    // obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ], which is ignored.
    private static ReadOnlySpan<char> WithoutSize(ReadOnlySpan<char> uri)
    {
        var mark = uri.LastIndexOf('!');
        if (mark < 0)
            return uri;
        var size = uri[(mark + 1)..];
        var digits = size.Length > 0 && "kmgtKMGT".Contains(size[^1], StringComparison.Ordinal) ? size[..^1] : size;
        return digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? uri : uri[..mark];
    }

    private static bool IsValid(ReadOnlySpan<char> uri)
    {
        var colon = uri.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(uri[0]) || uri[..colon].ContainsAnyExcept(SchemeCharacters))
            return false;
        var rest = uri[(colon + 1)..];
        if (rest.IsEmpty || rest.ContainsAnyExcept(UriCharacters) || !HasWholeEscapes(rest))
            return false;
        return !uri[..colon].Equals("mailto", StringComparison.OrdinalIgnoreCase) || IsAddress(rest);
    }

    private static bool HasWholeEscapes(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])))
                return false;
        }
        return true;
    }

    // RFC 6068 §2 allows a mailto URI without address; nobody can be reported to there.
    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        var query = text.IndexOf('?');
        var address = query < 0 ? text : text[..query];
        var at = address.LastIndexOf('@');
        return at > 0 && DomainName.TryParse(address[(at + 1)..], out _);
    }
}
