using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>
/// Reads the results of a field in one pass (RFC 8601 §2.2). The grammar is kept but for what named programs write: pairs without a ptype (Microsoft <c>action=none</c>, Fastmail
/// <c>x-bits=2048</c>) are passed over, a property may be empty at the end of a result (OpenDMARC, null path), reasons may stand behind properties, and a ";" may end the field
/// (Yahoo, Microsoft).
/// </summary>
internal ref struct AuthenticationResultsReader(ReadOnlySpan<byte> body)
{
    // Postfix keeps 102,400 octets of a header field (header_size_limit).
    private const int MaximumOctets = 128 * 1024;

    // A field has a handful of results, one for each signature at most.
    private const int MaximumResults = 256;

    // RFC 8601 registers less than ten for any method; Fastmail writes about as many for DMARC.
    private const int MaximumProperties = 64;

    private readonly ReadOnlySpan<byte> _body = body;
    private AuthenticationResultsLexer _lexer = new(body);

    public AuthenticationResultsField? Read()
    {
        if (_body.Length > MaximumOctets || !_lexer.TryReadHead(out var id, out var version))
            return null;
        // What another version means by the same words is not known.
        if (version != 1)
            return new AuthenticationResultsField(id, version, []);
        var results = new List<AuthenticationResult>();
        return TryReadResults(results) ? new AuthenticationResultsField(id, version, results) : null;
    }

    // no-result / 1*resinfo
    private bool TryReadResults(List<AuthenticationResult> results)
    {
        var count = 0;
        for (; _lexer.TryTake(';'); count++)
        {
            if (!_lexer.TrySkip())
                return false;
            if (_lexer.IsAtEnd)
                return count > 0;
            if (count == MaximumResults || !_lexer.TryReadKeyword(out var method) || !_lexer.TrySkip())
                return false;
            if (count == 0 && method == "none" && _lexer.IsAtEnd)
                return true;
            if (!TryReadResult(method, results))
                return false;
        }
        return _lexer.IsAtEnd && count > 0;
    }

    // methodspec = method [ "/" method-version ] "=" result, CFWS around each.
    private bool TryReadResult(string method, List<AuthenticationResult> results)
    {
        if (!_lexer.TryReadMethodVersion(out var version) || !_lexer.TrySkip() || !_lexer.TryTake('=') || !_lexer.TrySkip() || !_lexer.TryReadKeyword(out var word))
            return false;
        var entry = new AuthenticationResultsEntry(method, word);
        while (TrySkipInto(entry))
        {
            if (_lexer.IsAtEndOfResult)
            {
                // Nothing is known of other versions of a method (RFC 8601 §2.2), and without its number the result would say something else.
                if (version == 1)
                    results.Add(entry.ToResult());
                return true;
            }
            if (!TryReadPair(entry))
                return false;
        }
        return false;
    }

    private bool TrySkipInto(AuthenticationResultsEntry entry)
    {
        var start = _lexer.Position;
        if (!_lexer.TrySkip())
            return false;
        if (entry.ReadsComments)
            entry.Comments += Encoding.Latin1.GetString(_body[start.._lexer.Position]);
        return true;
    }

    // reasonspec = "reason" "=" value; propspec = ptype "." property "=" pvalue, CFWS around each.
    private bool TryReadPair(AuthenticationResultsEntry entry)
    {
        if (!_lexer.TryReadKeyword(out var name) || !_lexer.TrySkip())
            return false;
        var type = name;
        var isProperty = _lexer.TryTake('.');
        if (isProperty && !(_lexer.TrySkip() && _lexer.TryReadProperty(out name) && _lexer.TrySkip()))
            return false;
        if (!_lexer.TryTake('=') || !_lexer.TrySkip())
            return false;
        if (_lexer.IsAtEndOfResult)
            return true;
        if (!_lexer.TryReadValue(out var value) || entry.Properties.Count == MaximumProperties)
            return false;
        if (isProperty)
            entry.Properties.Add(new ResultProperty(type, name, value));
        else if (name == "reason")
            entry.Reason ??= value;
        return true;
    }
}
