using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// The value of z=: copies of the signed fields (RFC 6376 §3.5), <c>sig-z-tag-copy = hdr-name [FWS] ":" qp-hdr-value</c> with "|" between, in DKIM-quoted-printable (§2.11).
/// </summary>
internal static class CopiedFields
{
    /// <summary>Fields beyond it are not copied: Postfix cuts a header field off at 102,400 octets, and a signature that is cut verifies nowhere.</summary>
    public const int MaximumLength = 32 * 1024;

    /// <summary>The copies.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="encodesBar">Whether "|" in a field is encoded, as the RFC has it: "The header field text itself must encode the vertical bar". OpenDKIM 2.11 leaves it.</param>
    public static string Of(IReadOnlyList<HeaderField> fields, bool encodesBar)
    {
        var copies = new StringBuilder();
        foreach (var field in fields)
        {
            var start = copies.Length;
            if (start > 0)
                copies.Append('|');
            Encode(copies, field.Name.Span, encodesBar);
            copies.Append(':');
            Encode(copies, field.Body.Span, encodesBar);
            if (copies.Length <= MaximumLength)
                continue;
            copies.Length = start;
            break;
        }
        return copies.ToString();
    }

    private static void Encode(StringBuilder copies, ReadOnlySpan<byte> octets, bool encodesBar)
    {
        foreach (var octet in octets)
        {
            if (QuotedPrintable.IsSafe(octet) && !(encodesBar && octet == '|'))
                copies.Append((char)octet);
            else
                QuotedPrintable.Append(copies, octet);
        }
    }
}
