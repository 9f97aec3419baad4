using System.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>A set of authserv-ids in the form in which they are compared.</summary>
internal sealed class AuthenticationResultsIds(IReadOnlyList<string> ids)
{
    private readonly string[] _ids = [.. ids.Select(Normalize)];

    /// <summary>Lower case, without a trailing dot, A-labels where it is a domain.</summary>
    public static string Normalize(string id)
    {
        var name = id.Trim().TrimEnd('.');
        return DomainName.TryParse(name, out var domain) ? domain.ToString() : name.ToLowerInvariant();
    }

    /// <summary>True for one of the ids, alone or with the job id that OpenDKIM and OpenDMARC add after a "/" (AuthservIDWithJobID).</summary>
    public bool Contains(string id)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return _ids.Contains(Normalize(id)) || (slash > 0 && _ids.Contains(Normalize(id[..slash])));
    }

    /// <summary>True where one of the ids stands anywhere in the octets, as they are or as a careless reader takes them.</summary>
    public bool StandIn(ReadOnlySpan<byte> text) => AreNamedIn(text) || AreNamedIn(Squeeze(text));

    private bool AreNamedIn(ReadOnlySpan<byte> text)
    {
        for (var position = 0; position < text.Length;)
        {
            var start = position;
            while (position < text.Length && IsNameOctet(text[position]))
                position++;
            if (position > start && _ids.Contains(Normalize(Encoding.UTF8.GetString(text[start..position]))))
                return true;
            if (position == start)
                position++;
        }
        // An id that is no name cannot be met by whole names.
        var others = _ids.Where(static id => id.Any(static character => !IsNameCharacter(character))).ToArray();
        var all = others.Length == 0 ? "" : Encoding.UTF8.GetString(text);
        return others.Any(id => all.Contains(id, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// What is left without comments, quotes, backslashes, controls, octets above 127, and white space beside dots: "mx . exam\ple.(x)com" is a name of ours to a reader that only
    /// takes away what it knows of.
    /// </summary>
    private static byte[] Squeeze(ReadOnlySpan<byte> text)
    {
        var rest = new byte[text.Length];
        var length = 0;
        for (var position = 0; position < text.Length; position++)
        {
            var octet = text[position];
            var end = position;
            if (octet == '(' && Cfws.TrySkipComment(text, ref end))
            {
                position = end - 1;
                continue;
            }
            var isAfterGap = length > 0 && rest[length - 1] == ' ';
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                octet = (byte)' ';
            if (octet == '.' && isAfterGap)
                length--;
            if (octet == ' ' ? length > 0 && rest[length - 1] is not ((byte)' ' or (byte)'.') : octet is > 32 and < 127 && !"()\"\\"u8.Contains(octet))
                rest[length++] = octet;
        }
        return rest[..length];
    }

    private static bool IsNameCharacter(char character) => character >= 128 || IsNameOctet((byte)character);

    private static bool IsNameOctet(byte octet) => octet >= 128 || char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'_';
}
