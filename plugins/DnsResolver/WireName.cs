using System.Text;
using DnsClient;
using DnsClient.Protocol;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>
/// Gets names back from the library's two forms (DnsClient 1.8.0). Of an owner the original form is what came, and the other one may hold U-labels; of a name within a record's data it is the other way round.
/// Null is the root, or a name with octets that no name we ask for has.
/// </summary>
internal static class WireName
{
    public static DomainName? OwnerOf(DnsResourceRecord record) => Parse(record.DomainName.Original);

    public static DomainName? Read(DnsString data) =>
        Parse(data.Value.Contains('\\', StringComparison.Ordinal) ? Unescape(data.Value) : data.Value);

    private static DomainName? Parse(string? text) => DomainName.TryParseQueryName(text, out var name) ? name : null;

    // A backslash stands before a semicolon, a quotation mark and a backslash; octets outside of printable ASCII are \DDD.
    private static string? Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && ++i < text.Length && char.IsAsciiDigit(text[i]))
                return null;
            plain.Append(text, i, Math.Min(1, text.Length - i));
        }
        return plain.ToString();
    }
}
