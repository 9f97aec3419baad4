using DnsClient;
using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>One question on the wire, by the library: UDP, TCP where the answer is cut, the next server where one fails. Whatever happens is an outcome.</summary>
internal sealed class WireResolver
{
    private readonly LookupClient _client;
    private readonly DnsQueryOptions _options;
    private readonly int _attempts;
    private readonly bool _isTrusted;

    public WireResolver(DnsResolverSettings settings)
    {
        _attempts = settings.Attempts;
        _isTrusted = settings.Trusted;
        _options = new DnsQueryOptions
        {
            UseCache = false,
            Timeout = settings.Timeout,
            Retries = 0,
            ThrowDnsErrors = false,
            ContinueOnEmptyResponse = false,
            // RFC 6840 §5.7: a server sets AD only for who sets AD or DO, and the library knows DO only.
            RequestDnsSecRecords = settings.Trusted,
            // RFC 6891: room for a 4096-bit key without a second question over TCP, small enough not to be fragmented.
            ExtendedDnsBufferSize = 1232,
        };
        var servers = settings.Servers.Select(server => new NameServer(server)).ToArray();
        _client = new LookupClient(servers.Length > 0 ? new LookupClientOptions(servers) : new LookupClientOptions());
    }

    public async Task<DnsAnswer> AskAsync(DomainName name, DnsRecordType type)
    {
        var failure = new DnsAnswer { Outcome = DnsOutcome.Timeout };
        for (var attempt = 0; attempt < _attempts; attempt++)
        {
            foreach (var server in _client.NameServers)
            {
                var answer = await AskAsync(server, name, type).ConfigureAwait(false);
                // A server that does not validate would answer what this one found bogus.
                if (!answer.IsTemporary || answer.Security is DnsSecurity.Bogus)
                    return answer;
                if (answer.Outcome is not DnsOutcome.Timeout)
                    failure = answer;
            }
        }
        return failure;
    }

    private async Task<DnsAnswer> AskAsync(NameServer server, DomainName name, DnsRecordType type)
    {
        try
        {
            var question = new DnsQuestion($"{name}.", (QueryType)type);
            var reply = await _client.QueryServerAsync([server], question, _options, CancellationToken.None).ConfigureAwait(false);
            return new WireReply(reply, _isTrusted).AnswerTo(name, type);
        }
        catch (DnsResponseException exception) when (exception.Code is DnsResponseCode.ConnectionTimeout)
        {
            return new DnsAnswer { Outcome = DnsOutcome.Timeout };
        }
        catch (Exception)
        {
            // A server that is not there, or that sends what is no DNS message: the library has many exceptions for it, and each means the same.
            return new DnsAnswer { Outcome = DnsOutcome.ServerFailure };
        }
    }
}
