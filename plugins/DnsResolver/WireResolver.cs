using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>One question on the wire, by the library: UDP, TCP where the answer is cut, the next server where one fails. Whatever happens is an outcome.</summary>
internal sealed class WireResolver
{
    // RFC 1035 §3.2.2 sets no bound to a chain of aliases; resolvers give up at about this.
    private const int MaximumAliases = 16;

    private readonly LookupClient _client;
    private readonly bool _isTrusted;

    public WireResolver(DnsResolverSettings settings)
    {
        _isTrusted = settings.Trusted;
        var servers = settings.Servers.Select(server => new NameServer(server)).ToArray();
        var options = servers.Length > 0 ? new LookupClientOptions(servers) : new LookupClientOptions();
        options.UseCache = false;
        options.Timeout = settings.Timeout;
        options.Retries = settings.Attempts - 1;
        options.ThrowDnsErrors = false;
        options.ContinueOnEmptyResponse = false;
        options.UseRandomNameServer = false;
        // RFC 6840 §5.7: a server sets AD only for who sets AD or DO, and the library knows DO only.
        options.RequestDnsSecRecords = settings.Trusted;
        // RFC 6891: room for a 4096-bit key without a second question over TCP, small enough not to be fragmented.
        options.ExtendedDnsBufferSize = 1232;
        _client = new LookupClient(options);
    }

    public async Task<DnsAnswer> AskAsync(DomainName name, DnsRecordType type)
    {
        try
        {
            var response = await _client.QueryAsync(new DnsQuestion($"{name}.", (QueryType)type), CancellationToken.None).ConfigureAwait(false);
            return AnswerOf(response, name, type);
        }
        catch (DnsResponseException exception)
        {
            return new DnsAnswer { Outcome = exception.Code is DnsResponseCode.ConnectionTimeout ? DnsOutcome.Timeout : DnsOutcome.ServerFailure };
        }
        catch (Exception exception) when (exception is SocketException or IOException or DnsXidMismatchException or ArgumentException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            // A server that is not there, or that answers what is no DNS message.
            return new DnsAnswer { Outcome = DnsOutcome.ServerFailure };
        }
    }

    private DnsAnswer AnswerOf(IDnsQueryResponse response, DomainName name, DnsRecordType type)
    {
        var code = response.Header.ResponseCode;
        if (code is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
            return new DnsAnswer { Outcome = DnsOutcome.ServerFailure };
        var end = EndOfAliases(response.Answers, name, out var aliasTimeToLive);
        var records = new List<DnsRecord>();
        var timeToLive = aliasTimeToLive;
        foreach (var record in response.Answers.Where(record => record.RecordType == (ResourceRecordType)type && IsNamed(record, end)))
        {
            if (RecordOf(record) is not { } known)
                continue;
            records.Add(known);
            timeToLive = Math.Min(timeToLive, record.TimeToLive);
        }
        var outcome = code is DnsHeaderResponseCode.NotExistentDomain ? DnsOutcome.NxDomain : records.Count > 0 ? DnsOutcome.Records : DnsOutcome.NoData;
        return new DnsAnswer
        {
            Outcome = outcome,
            Records = outcome is DnsOutcome.Records ? records : [],
            CanonicalName = end.Equals(name) ? null : end,
            TimeToLive = TimeSpan.FromSeconds(outcome is DnsOutcome.Records ? timeToLive : Math.Min(timeToLive, NegativeTimeToLive(response))),
            Security = _isTrusted && response.Header.IsAuthenticData ? DnsSecurity.Secure : DnsSecurity.Unknown,
        };
    }

    // RFC 2308 §5: the lesser of the SOA record's own time to live and its MINIMUM field.
    private static int NegativeTimeToLive(IDnsQueryResponse response) =>
        response.Authorities.OfType<SoaRecord>().FirstOrDefault() is { } soa ? (int)Math.Min(soa.TimeToLive, Math.Min(soa.Minimum, int.MaxValue)) : 0;

    private static DomainName EndOfAliases(IReadOnlyList<DnsResourceRecord> answers, DomainName name, out int timeToLive)
    {
        timeToLive = int.MaxValue;
        for (var depth = 0; depth < MaximumAliases; depth++)
        {
            var alias = answers.OfType<CNameRecord>().FirstOrDefault(record => IsNamed(record, name));
            if (alias is null || !DomainName.TryParseQueryName(alias.CanonicalName.Value, out var next))
                break;
            timeToLive = Math.Min(timeToLive, alias.TimeToLive);
            name = next;
        }
        return name;
    }

    private static bool IsNamed(DnsResourceRecord record, DomainName name) =>
        DomainName.TryParseQueryName(record.DomainName.Value, out var owner) && owner.Equals(name);

    private static DnsRecord? RecordOf(DnsResourceRecord record) => record switch
    {
        TxtRecord text => new DnsRecord.Text(TextOctets.Join(text.Text, text.EscapedText)),
        AddressRecord address => new DnsRecord.Address(address.Address),
        MxRecord exchanger => new DnsRecord.MailExchanger(
            exchanger.Preference, DomainName.TryParseQueryName(exchanger.Exchange.Value, out var host) ? host : null),
        PtrRecord pointer when DomainName.TryParseQueryName(pointer.PtrDomainName.Value, out var target) => new DnsRecord.Pointer(target),
        _ => null,
    };
}
