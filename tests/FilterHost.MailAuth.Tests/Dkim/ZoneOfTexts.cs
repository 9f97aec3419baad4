using System.Text;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>A resolver with fixed answers that counts what it is asked.</summary>
internal sealed class ZoneOfTexts : IDnsResolver
{
    private readonly Dictionary<string, DnsAnswer> _answers = [];

    public int Questions { get; private set; }

    public ZoneOfTexts Add(string name, params string[] texts)
    {
        _answers[name] = new DnsAnswer { Outcome = DnsOutcome.Records, Records = [.. texts.Select(static text => new DnsRecord.Text(Encoding.UTF8.GetBytes(text)))] };
        return this;
    }

    public ZoneOfTexts Add(string name, DnsOutcome outcome)
    {
        _answers[name] = new DnsAnswer { Outcome = outcome };
        return this;
    }

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        Questions++;
        return new(_answers.GetValueOrDefault(name.ToString()) ?? new DnsAnswer { Outcome = DnsOutcome.NxDomain });
    }
}
