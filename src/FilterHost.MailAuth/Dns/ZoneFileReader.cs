using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Dns;

/// <summary>Reads the entries of a zone file.</summary>
internal sealed class ZoneFileReader(ZoneFile zone)
{
    private static readonly Dictionary<string, string> Needed = new()
    {
        ["A"] = "one IPv4 address, such as 192.0.2.1",
        ["AAAA"] = "one IPv6 address, such as 2001:db8::1",
        ["MX"] = "a preference from 0 to 65535 and a name, or 0 and a dot for none (RFC 7505)",
        ["TXT"] = "text, in quotation marks where it holds white space, semicolons or parentheses",
        ["PTR"] = "one name",
        ["CNAME"] = "one name",
        ["FAIL"] = "SERVFAIL or TIMEOUT",
    };

    // What nobody asks for here; DNAME is not among them, since it would change the answers.
    private static readonly HashSet<string> Ignored =
    [
        "SOA", "NS", "CAA", "CDNSKEY", "CDS", "CERT", "DNSKEY", "DS", "HINFO", "HTTPS", "LOC", "NAPTR", "NSEC", "NSEC3", "NSEC3PARAM", "OPENPGPKEY", "RP", "RRSIG", "SMIMEA", "SPF", "SRV", "SSHFP", "SVCB",
        "TLSA", "URI",
    ];

    private DomainName? _origin;
    private DomainName? _owner;
    private TimeSpan _timeToLive = TimeSpan.FromHours(1);

    /// <summary>Reads all entries; the first problem with its line, or null.</summary>
    public string? Read(string text)
    {
        foreach (var entry in ZoneFileEntry.Split(text))
        {
            if ((entry.Problem ?? ReadEntry(entry)) is { } problem)
                return string.Create(CultureInfo.InvariantCulture, $"line {entry.Line}: {problem}");
        }
        return null;
    }

    private string? ReadEntry(ZoneFileEntry entry) => entry.Words[0].Text.ToUpperInvariant() switch
    {
        "$ORIGIN" => entry.Words is [_, var origin] && TryReadOrigin(origin) ? null : "$ORIGIN needs one name",
        "$TTL" => entry.Words is [_, var time] && TryReadTimeToLive(time.Text, ref _timeToLive) ? null : "$TTL needs one time, such as 3600 or 1h30m, up to 2147483647 seconds",
        ['$', ..] => $"'{entry.Words[0].Text}' is not known here; $ORIGIN and $TTL are",
        _ => ReadRecord(entry),
    };

    private string? ReadRecord(ZoneFileEntry entry)
    {
        var words = entry.Words;
        var next = 0;
        if (!entry.RepeatsOwner && !TryReadName(words[next++], out _owner))
            return words[0].Text == "@" ? "'@' needs an $ORIGIN before it" : $"'{words[0].Text}' is no name that can be asked for: labels are 1 to 63 printable ASCII characters, and no dot within";
        if (_owner is not null && IsWithoutDomain(_owner))
            return $"{_owner} has no domain behind it; write the whole name, {_owner}.example.com, or begin the file with $ORIGIN example.com.";
        if (_owner is null)
            return "the record has no name, and there is none before it; begin the line with one";
        var timeToLive = _timeToLive;
        // Class and time to live may stand in either order.
        while (next < words.Count && (words[next].Text.Equals("IN", StringComparison.OrdinalIgnoreCase) || TryReadTimeToLive(words[next].Text, ref timeToLive)))
            next++;
        if (next == words.Count)
            return "the record has no type; write: name [time to live] [IN] type values";
        var name = zone.NameOf(_owner);
        var wasAlias = name.Alias is not null;
        if (ReadValues(name, timeToLive, words[next].Text.ToUpperInvariant(), words[(next + 1)..]) is { } problem)
            return problem;
        return name.Alias is not null && (wasAlias || name.Records.Count > 0) ? $"{_owner} is an alias, and an alias has no other records (RFC 1034 §3.6.2)" : null;
    }

    private string? ReadValues(ZoneName name, TimeSpan timeToLive, string type, List<ZoneFileWord> values)
    {
        switch (type)
        {
            case "A" when TryReadAddress(values, AddressFamily.InterNetwork, out var address):
                name.Records.Add((DnsRecordType.A, timeToLive, new DnsRecord.Address(address)));
                return null;
            case "AAAA" when TryReadAddress(values, AddressFamily.InterNetworkV6, out var address):
                name.Records.Add((DnsRecordType.Aaaa, timeToLive, new DnsRecord.Address(address)));
                return null;
            case "MX" when values is [var preference, var exchange] && ushort.TryParse(preference.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && (TryReadName(exchange, out var host) || exchange.Text == "."):
                name.Records.Add((DnsRecordType.Mx, timeToLive, new DnsRecord.MailExchanger(number, host)));
                return null;
            case "TXT" when values.Count > 0:
                name.Records.Add((DnsRecordType.Txt, timeToLive, new DnsRecord.Text(values.SelectMany(value => value.Octets).ToArray())));
                return null;
            case "PTR" when values is [var pointer] && TryReadName(pointer, out var target):
                name.Records.Add((DnsRecordType.Ptr, timeToLive, new DnsRecord.Pointer(target)));
                return null;
            case "CNAME" when values is [var alias] && TryReadName(alias, out var target):
                name.Alias = (target, timeToLive);
                return null;
            case "FAIL" when values is [var failure] && failure.Text.ToUpperInvariant() is "SERVFAIL" or "TIMEOUT":
                name.Failure = failure.Text[0] is 'T' or 't' ? DnsOutcome.Timeout : DnsOutcome.ServerFailure;
                return null;
            default:
                if (Needed.TryGetValue(type, out var needed))
                    return $"{type} needs {needed}";
                return Ignored.Contains(type) || IsNumbered(type) ? null : $"'{type}' is no record type that is known here; write it as TYPE and its number (RFC 3597), or leave it out";
        }
    }

    // RFC 3597 §5.
    private static bool IsNumbered(string type) =>
        type.StartsWith("TYPE", StringComparison.Ordinal) && ushort.TryParse(type.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private bool TryReadOrigin(ZoneFileWord word)
    {
        // An origin that is relative is so to the one before.
        var isName = TryReadName(word, out var origin);
        _origin = origin;
        return isName || word.Text == ".";
    }

    // As the files of opendkim-genkey have it, which are made to be put into the zone of the domain; no name of DNS ends so.
    private static bool IsWithoutDomain(DomainName name)
    {
        var text = name.ToString();
        return text[text.LastIndexOf('.') + 1] == '_';
    }

    private bool TryReadName(ZoneFileWord word, [NotNullWhen(true)] out DomainName? name)
    {
        name = word.Text == "@" ? _origin : null;
        if (name is not null || word.Text == "@" || word.HasEscapedDot)
            return name is not null;
        var text = Encoding.Latin1.GetString(word.Octets);
        return DomainName.TryParseQueryName(text.EndsWith('.') || _origin is null ? text : $"{text}.{_origin}", out name);
    }

    // The platform's parser also takes 127.1, 0x7f.0.0.1, 010.0.0.1, [::1] and ::1%lo.
    private static bool TryReadAddress(List<ZoneFileWord> values, AddressFamily family, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return values is [var value]
            && !value.Text.AsSpan().ContainsAny('[', '%')
            && IPAddress.TryParse(value.Text, out address)
            && address.AddressFamily == family
            && (family is AddressFamily.InterNetworkV6 || address.ToString() == value.Text);
    }

    // Seconds, or numbers with units; up to the 31 bits of RFC 2181 §8.
    private static bool TryReadTimeToLive(string text, ref TimeSpan timeToLive)
    {
        var (seconds, number) = (0L, -1L);
        foreach (var character in text)
        {
            if (char.IsAsciiDigit(character))
                number = (Math.Max(0, number) * 10) + (character - '0');
            else if (number >= 0 && SecondsOf(character) is { } unit)
                (seconds, number) = (seconds + (number * unit), -1);
            else
                return false;
            if (seconds + number > int.MaxValue)
                return false;
        }
        if (text.Length == 0)
            return false;
        timeToLive = TimeSpan.FromSeconds(seconds + Math.Max(0, number));
        return true;
    }

    private static int? SecondsOf(char unit) => char.ToLowerInvariant(unit) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => null };
}
