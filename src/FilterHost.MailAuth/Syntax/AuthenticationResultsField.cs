using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>Reads Authentication-Results fields of others (RFC 8601 §2.2), octet by octet and without trust.</summary>
public static class AuthenticationResultsField
{
    /// <summary>
    /// True where a field claims to come from one of the ids, so that a border MTA must remove it (RFC 8601 §5). Letter case, quoting, comments, folds, a trailing dot and
    /// U- or A-label spelling make no difference. A field whose beginning does not parse claims an id as soon as the id stands anywhere in it: what we cannot read, another may.
    /// </summary>
    /// <param name="body">All octets after the colon.</param>
    /// <param name="ids">Our ids.</param>
    public static bool ClaimsAuthservId(ReadOnlySpan<byte> body, IReadOnlyList<string> ids)
    {
        var position = 0;
        return TryReadHead(body, ref position, out var id)
            ? IsOneOf(id, ids)
            : HoldsOneOf(body, ids);
    }

    // authserv-id [CFWS authres-version] [CFWS] (";" / end)
    private static bool TryReadHead(ReadOnlySpan<byte> body, ref int position, out string id)
    {
        id = "";
        if (!Cfws.TrySkip(body, ref position) || !TryReadValue(body, ref position, out id) || !Cfws.TrySkip(body, ref position))
            return false;
        while (position < body.Length && char.IsAsciiDigit((char)body[position]))
            position++;
        return Cfws.TrySkip(body, ref position) && (position == body.Length || body[position] == ';');
    }

    private static bool TryReadValue(ReadOnlySpan<byte> body, ref int position, out string value)
    {
        value = "";
        if (position < body.Length && body[position] == '"')
            return TryReadQuoted(body, ref position, out value);
        var start = position;
        while (position < body.Length && IsTokenOctet(body[position]))
            position++;
        value = Encoding.UTF8.GetString(body[start..position]);
        return position > start;
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> body, ref int position, out string value)
    {
        value = "";
        var octets = new List<byte>();
        for (position++; position < body.Length; position++)
        {
            if (body[position] == '"')
            {
                position++;
                value = Encoding.UTF8.GetString([.. octets]);
                return true;
            }
            if (body[position] == '\\' && position + 1 < body.Length)
                position++;
            if (body[position] is < 32 or 127)
                return false;
            octets.Add(body[position]);
        }
        return false;
    }

    // RFC 2045 §5.1: a token has no white space, controls or tspecials. UTF-8 is what RFC 6532 §3.2 adds.
    private static bool IsTokenOctet(byte octet) => octet is > 32 and not 127 && !"()<>@,;:\\\"/[]?="u8.Contains(octet);

    private static bool HoldsOneOf(ReadOnlySpan<byte> body, IReadOnlyList<string> ids)
    {
        for (var position = 0; position < body.Length;)
        {
            var start = position;
            while (position < body.Length && IsNameOctet(body[position]))
                position++;
            if (position > start && IsOneOf(Encoding.UTF8.GetString(body[start..position]), ids))
                return true;
            if (position == start)
                position++;
        }
        return false;
    }

    private static bool IsNameOctet(byte octet) => octet >= 128 || char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'_';

    private static bool IsOneOf(string candidate, IReadOnlyList<string> ids)
    {
        var name = candidate.Trim().TrimEnd('.');
        foreach (var id in ids)
        {
            if (string.Equals(name, id.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
                || (DomainName.TryParse(name, out var left) && DomainName.TryParse(id, out var right) && left.Equals(right)))
                return true;
        }
        return false;
    }
}
