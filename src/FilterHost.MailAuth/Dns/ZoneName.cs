using FilterHost.Dns;

namespace FilterHost.MailAuth.Dns;

/// <summary>What is at one name.</summary>
internal sealed class ZoneName
{
    public List<(DnsRecordType Type, TimeSpan TimeToLive, DnsRecord Record)> Records { get; } = [];

    public (DomainName Target, TimeSpan TimeToLive)? Alias { get; set; }

    public DnsOutcome? Failure { get; set; }

    public DnsAnswer Answer(DnsRecordType type)
    {
        if (Failure is { } failure)
            return new DnsAnswer { Outcome = failure };
        var found = Records.Where(record => record.Type == type).ToArray();
        return found.Length == 0
            ? new DnsAnswer { Outcome = DnsOutcome.NoData }
            : new DnsAnswer { Outcome = DnsOutcome.Records, Records = [.. found.Select(record => record.Record)], TimeToLive = found.Min(record => record.TimeToLive) };
    }
}
