using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FilterHost.MailAuth.Syntax;

/// <summary>The words of an Authentication-Results field (RFC 8601 §2.2), octet by octet.</summary>
internal ref struct AuthenticationResultsLexer(ReadOnlySpan<byte> text)
{
    /// <summary>A method, a result, a ptype or a property; longer than any that is registered.</summary>
    private const int MaximumKeyword = 64;

    /// <summary>A value in octets: an address has at most 320 (RFC 5321 §4.5.3.1), reasons are a line or two.</summary>
    private const int MaximumValue = 2000;

    /// <summary>More digits make no version that anybody will reach.</summary>
    private const int MaximumVersionDigits = 9;

    private static readonly SearchValues<byte> KeywordOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8);

    // "header.i.x" is no property by the grammar; it is read so that it is a property other than "header.i".
    private static readonly SearchValues<byte> PropertyOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."u8);

    // RFC 2045 §5.1: a token has no white space, controls or tspecials. UTF-8 is what RFC 6532 §3.2 adds, "/" the job id of OpenDKIM and OpenDMARC (AuthservIDWithJobID).
    private static readonly SearchValues<byte> EndsOfId = SearchValues.Create([.. Controls, .. "()<>@,;:\\\"[]?="u8]);

    // Of the tspecials, addresses have "/", "=", "?" and "@"; OpenDKIM and rspamd leave base64 unquoted, Fastmail URIs, OpenDMARC address literals.
    private static readonly SearchValues<byte> EndsOfValue = SearchValues.Create([.. Controls, .. "()<>,;\\\""u8]);

    private readonly ReadOnlySpan<byte> _text = text;

    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _text.Length;

    /// <summary>True where a result may end: at the end, or before the next.</summary>
    public readonly bool IsAtEndOfResult => IsAtEnd || _text[Position] == ';';

    private static byte[] Controls => [.. Enumerable.Range(0, 33).Select(static octet => (byte)octet), 127];

    /// <summary>[CFWS]</summary>
    public bool TrySkip()
    {
        var position = Position;
        var isWhole = Cfws.TrySkip(_text, ref position);
        Position = position;
        return isWhole;
    }

    public bool TryTake(char octet)
    {
        if (IsAtEnd || _text[Position] != octet)
            return false;
        Position++;
        return true;
    }

    /// <summary>[CFWS] authserv-id [CFWS authres-version] [CFWS] up to the first ";" or the end.</summary>
    public bool TryReadHead(out string id, out int version)
    {
        version = 1;
        id = "";
        if (!TrySkip() || !TryReadText(EndsOfId, out id) || id.Length == 0 || !TrySkip() || !TryReadVersion(ref version))
            return false;
        return TrySkip() && IsAtEndOfResult;
    }

    /// <summary>[ "/" version ]</summary>
    public bool TryReadMethodVersion(out int version)
    {
        version = 1;
        return !TryTake('/') || (TrySkip() && TryReadVersion(ref version));
    }

    /// <summary>A Keyword (RFC 5321 §4.1.2, Ldh-str) in lower case; "_" is tolerated.</summary>
    public bool TryReadKeyword(out string keyword) => TryReadName(KeywordOctets, out keyword);

    /// <summary>The property of a ptype in lower case.</summary>
    public bool TryReadProperty(out string property) => TryReadName(PropertyOctets, out property);

    /// <summary>A value or an address, unquoted, and after it white space, a comment or the end of the result.</summary>
    public bool TryReadValue(out string value)
    {
        var isQuoted = !IsAtEnd && _text[Position] == '"';
        if (!TryReadText(EndsOfValue, out value))
            return false;
        if (isQuoted && !IsAtEnd && _text[Position] == '@')
        {
            if (!TryReadText(EndsOfValue, out var domain))
                return false;
            value += domain;
        }
        // RFC 8601 lets a comment follow at once. Nobody writes it so, and "example.net(.example.com" is how a name that was copied as it came becomes another (CVE-2020-12272).
        return IsAtEndOfResult || _text[Position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' || (isQuoted && _text[Position] == '(');
    }

    private bool TryReadText(SearchValues<byte> ends, out string value)
    {
        if (TryTake('"'))
            return TryReadQuoted(out value);
        var run = _text[Position..];
        var length = run.IndexOfAny(ends);
        run = length < 0 ? run : run[..length];
        Position += run.Length;
        value = "";
        return !run.IsEmpty && run.Length <= MaximumValue && TryDecode(run, out value);
    }

    private bool TryReadQuoted(out string value)
    {
        Span<byte> octets = stackalloc byte[MaximumValue];
        value = "";
        for (var length = 0; !IsAtEnd; Position++)
        {
            var octet = _text[Position];
            if (octet == '"')
            {
                Position++;
                return TryDecode(octets[..length], out value);
            }
            if (octet is (byte)'\r' or (byte)'\n')
            {
                if (!TrySkipLineBreak())
                    return false;
                continue;
            }
            if (octet == '\\')
            {
                if (++Position == _text.Length)
                    return false;
                octet = _text[Position];
            }
            if (octet == '\t')
                octet = (byte)' ';
            if (length == MaximumValue || octet is < 32 or 127)
                return false;
            octets[length++] = octet;
        }
        return false;
    }

    // The line break of a fold (RFC 5322 §2.2.3) is no part of the value; one that is no fold ends the field for the next reader. MTAs hand over LF without CR.
    private bool TrySkipLineBreak()
    {
        if (_text[Position] == '\r')
            Position++;
        return Position + 1 < _text.Length && _text[Position] == '\n' && TagText.IsWsp(_text[Position + 1]);
    }

    private static bool TryDecode(ReadOnlySpan<byte> octets, out string value)
    {
        Span<char> characters = stackalloc char[octets.Length];
        var isUtf8 = Utf8.ToUtf16(octets, characters, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done;
        characters = characters[..length];
        value = isUtf8 ? characters.ToString() : "";
        // U+0080 to U+009F are controls too.
        return isUtf8 && !value.Any(char.IsControl);
    }

    private bool TryReadName(SearchValues<byte> octets, out string name)
    {
        var run = _text[Position..];
        var length = run.IndexOfAnyExcept(octets);
        run = length < 0 ? run : run[..length];
        Position += run.Length;
        name = "";
        if (run.IsEmpty || run.Length > MaximumKeyword)
            return false;
        name = Encoding.ASCII.GetString(run).ToLowerInvariant();
        return true;
    }

    private bool TryReadVersion(ref int version)
    {
        var run = _text[Position..];
        var length = run.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        run = length < 0 ? run : run[..length];
        Position += run.Length;
        if (!run.IsEmpty)
            version = TagText.TryReadNumber(run, MaximumVersionDigits, out var number) ? (int)number : int.MaxValue;
        return true;
    }
}
