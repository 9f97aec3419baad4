using System.Net;
using System.Text;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>Records in memory, and what was asked for.</summary>
internal sealed class SpfZone : IDnsResolver
{
    private readonly Dictionary<string, List<(DnsRecordType Type, DnsRecord Record)>> _records = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly Dictionary<(string Name, DnsRecordType? Type), DnsOutcome> _failures = [];

    /// <summary>Every question, in order: <c>A mail.example.com</c>.</summary>
    public List<string> Questions { get; } = [];

    /// <summary>What came of each of them.</summary>
    public List<DnsOutcome> Outcomes { get; } = [];

    /// <summary>Where it is set, every answer waits for it.</summary>
    public Task? Gate { get; set; }

    /// <summary>The names with their records, in the order of the lines that made them.</summary>
    public IEnumerable<(string Name, DnsRecordType Type, DnsRecord Record)> Records =>
        _records.SelectMany(static name => name.Value.Select(entry => (name.Key, entry.Type, entry.Record)));

    /// <summary>A zone of lines: a name, a type, a value. A text is everything after the type; an MX has a name alone.</summary>
    public static SpfZone Of(params string[] lines)
    {
        var zone = new SpfZone();
        foreach (var line in lines)
        {
            var words = line.Split(' ', 3);
            zone.Add(words[0], words[1], words[2]);
        }
        return zone;
    }

    public SpfZone Add(string name, string type, string value)
    {
        switch (type)
        {
            case "TXT":
                return Add(name, DnsRecordType.Txt, new DnsRecord.Text(Encoding.Latin1.GetBytes(value)));
            case "A":
                return Add(name, DnsRecordType.A, new DnsRecord.Address(IPAddress.Parse(value)));
            case "AAAA":
                return Add(name, DnsRecordType.Aaaa, new DnsRecord.Address(IPAddress.Parse(value)));
            case "MX":
                return Add(name, DnsRecordType.Mx, new DnsRecord.MailExchanger(10, NameOrNull(value)));
            case "PTR":
                return Add(name, DnsRecordType.Ptr, new DnsRecord.Pointer(NameOrNull(value)!));
            case "CNAME":
                _aliases[Key(name)] = Key(value);
                return this;
            case "FAIL":
                return Fail(name, null, Enum.Parse<DnsOutcome>(value));
            default:
                throw new ArgumentException($"no type: {type}", nameof(type));
        }
    }

    public SpfZone Fail(string name, DnsRecordType? type, DnsOutcome outcome)
    {
        _failures[(Key(name), type)] = outcome;
        return this;
    }

    public async ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        Assert.InRange(name.ToString().Length, 1, DomainName.MaximumLength);
        Questions.Add($"{type.ToString().ToUpperInvariant()} {name}");
        if (Gate is not null)
            await Gate;
        var answer = Answer(name.ToString(), type);
        Outcomes.Add(answer.Outcome);
        return answer;
    }

    /// <summary>The same zone with other texts.</summary>
    public SpfZone WithTexts(Func<string, string> rewrite)
    {
        var zone = new SpfZone();
        foreach (var (name, type, record) in Records)
            zone.Add(name, type, record is DnsRecord.Text text ? new DnsRecord.Text(Encoding.Latin1.GetBytes(rewrite(Encoding.Latin1.GetString(text.Value.Span)))) : record);
        foreach (var (question, outcome) in _failures)
            zone._failures[question] = outcome;
        return zone;
    }

    private DnsAnswer Answer(string name, DnsRecordType type)
    {
        DomainName? canonical = null;
        for (var followed = 0; _aliases.TryGetValue(name, out var next); followed++)
        {
            if (followed > 8)
                return new DnsAnswer { Outcome = DnsOutcome.ServerFailure };
            name = next;
            canonical = DomainName.Parse(next);
        }
        var records = _records.GetValueOrDefault(name)?.Where(entry => entry.Type == type).Select(static entry => entry.Record).ToList() ?? [];
        if (records.Count > 0)
            return new DnsAnswer { Outcome = DnsOutcome.Records, Records = records, CanonicalName = canonical };
        // A rule of the differential tests, which peers are told too.
        if (type == DnsRecordType.A && name.EndsWith(SpfPeer.EvenNames, StringComparison.Ordinal) && name.Sum(static character => character) % 2 == 0)
            return new DnsAnswer { Outcome = DnsOutcome.Records, Records = [new DnsRecord.Address(IPAddress.Parse("127.0.0.2"))] };
        if (_failures.TryGetValue((name, type), out var failure) || _failures.TryGetValue((name, null), out failure))
            return new DnsAnswer { Outcome = failure };
        return new DnsAnswer { Outcome = _records.ContainsKey(name) ? DnsOutcome.NoData : DnsOutcome.NxDomain, CanonicalName = canonical };
    }

    private SpfZone Add(string name, DnsRecordType type, DnsRecord record)
    {
        if (!_records.TryGetValue(Key(name), out var records))
            _records.Add(Key(name), records = []);
        records.Add((type, record));
        return this;
    }

    private static string Key(string name) => name.TrimEnd('.').ToLowerInvariant();

    private static DomainName? NameOrNull(string name) => DomainName.TryParseQueryName(name, out var parsed) ? parsed : null;
}
