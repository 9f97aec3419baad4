using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Dns;

/// <summary>Reads the entries of a zone file.</summary>
internal sealed class ZoneFileReader(ZoneFile zone)
{
    private string _origin = "";
    private DomainName? _owner;
    private TimeSpan _timeToLive = TimeSpan.FromHours(1);

    /// <summary>Reads all entries; the problem with its line, or null.</summary>
    public string? Read(string text)
    {
        foreach (var entry in ZoneFileEntry.Split(text))
        {
            if ((entry.Problem ?? ReadEntry(entry)) is { } problem)
                return string.Create(CultureInfo.InvariantCulture, $"line {entry.Line}: {problem}");
        }
        return null;
    }

    private string? ReadEntry(ZoneFileEntry entry)
    {
        var words = entry.Words;
        switch (words[0].Text.ToUpperInvariant())
        {
            case "$ORIGIN" when words.Count == 2:
                _origin = words[1].Text.TrimEnd('.');
                return null;
            case "$TTL" when words.Count == 2 && TryReadTimeToLive(words[1].Text, out _timeToLive):
                return null;
            case ['$', ..]:
                return $"{words[0].Text} is not known here, or lacks its value";
            default:
                break;
        }
        var next = 0;
        if (!entry.RepeatsOwner && !TryReadName(words[next++].Text, out _owner))
            return $"'{words[0].Text}' is no name";
        if (_owner is null)
            return "the first record has no name";
        var timeToLive = _timeToLive;
        // Class and time to live may stand in either order.
        while (next < words.Count && (words[next].Text.Equals("IN", StringComparison.OrdinalIgnoreCase) || TryReadTimeToLive(words[next].Text, out timeToLive)))
            next++;
        if (next >= words.Count)
            return "the record has no type";
        return ReadRecord(_owner, timeToLive, words[next].Text.ToUpperInvariant(), [.. words.Skip(next + 1)]);
    }

    private string? ReadRecord(DomainName owner, TimeSpan timeToLive, string type, ZoneFileWord[] values)
    {
        var name = zone.NameOf(owner);
        name.TimeToLive = timeToLive;
        switch (type)
        {
            case "A" or "AAAA" when values.Length == 1 && IPAddress.TryParse(values[0].Text, out var address)
                && address.AddressFamily == (type == "A" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6):
                name.Records.Add((type == "A" ? DnsRecordType.A : DnsRecordType.Aaaa, new DnsRecord.Address(address)));
                return null;
            case "TXT" when values.Length > 0:
                name.Records.Add((DnsRecordType.Txt, new DnsRecord.Text(values.SelectMany(value => value.Octets).ToArray())));
                return null;
            case "MX" when values.Length == 2 && ushort.TryParse(values[0].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var preference):
                name.Records.Add((DnsRecordType.Mx, new DnsRecord.MailExchanger(preference, TryReadName(values[1].Text, out var exchange) ? exchange : null)));
                return null;
            case "PTR" when values.Length == 1 && TryReadName(values[0].Text, out var target):
                name.Records.Add((DnsRecordType.Ptr, new DnsRecord.Pointer(target!)));
                return null;
            case "CNAME" when values.Length == 1 && TryReadName(values[0].Text, out var alias):
                name.Alias = alias;
                return null;
            case "FAIL" when values.Length == 1 && values[0].Text is "SERVFAIL" or "TIMEOUT":
                name.Failure = values[0].Text == "TIMEOUT" ? DnsOutcome.Timeout : DnsOutcome.ServerFailure;
                return null;
            case "A" or "AAAA" or "TXT" or "MX" or "PTR" or "CNAME" or "FAIL":
                return $"the values of {type} are wrong";
            default:
                // Other types matter to nobody here, but the name exists.
                return type.All(char.IsAsciiLetterOrDigit) ? null : $"'{type}' is no record type";
        }
    }

    private bool TryReadName(string text, out DomainName? name) =>
        text == "@" ? DomainName.TryParseQueryName(_origin, out name)
        : text.EndsWith('.') || _origin.Length == 0 ? DomainName.TryParseQueryName(text, out name)
        : DomainName.TryParseQueryName($"{text}.{_origin}", out name);

    private static bool TryReadTimeToLive(string text, out TimeSpan timeToLive)
    {
        var unit = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        var digits = unit == 0 ? text : text[..^1];
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        timeToLive = TimeSpan.FromSeconds((double)number * Math.Max(1, unit));
        return isNumber;
    }
}
