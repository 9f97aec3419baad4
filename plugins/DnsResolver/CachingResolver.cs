using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>Remembers answers and asks each question once at a time, however many messages wait for it.</summary>
internal sealed class CachingResolver(DnsResolverSettings settings, TimeProvider time) : IDnsResolver
{
    private readonly WireResolver _wire = new(settings);
    private readonly AnswerCache _cache = new(settings.CacheEntries, time);
    private readonly Dictionary<(DomainName, DnsRecordType), Task<DnsAnswer>> _inFlight = [];
    private readonly Lock _lock = new();

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        Task<DnsAnswer>? running;
        lock (_lock)
        {
            if (_cache.Find(name, type) is { } known)
                return new ValueTask<DnsAnswer>(known);
            if (!_inFlight.TryGetValue((name, type), out running))
                // No caller's token: others may wait for the same answer, and it is wanted in the cache anyhow.
                _inFlight[(name, type)] = running = Task.Run(() => AskAsync(name, type), CancellationToken.None);
        }
        return new ValueTask<DnsAnswer>(running.WaitAsync(cancellationToken));
    }

    private async Task<DnsAnswer> AskAsync(DomainName name, DnsRecordType type)
    {
        try
        {
            var answer = Bounded(await _wire.AskAsync(name, type).ConfigureAwait(false));
            lock (_lock)
                _cache.Add(name, type, answer);
            return answer;
        }
        finally
        {
            lock (_lock)
                _inFlight.Remove((name, type));
        }
    }

    private DnsAnswer Bounded(DnsAnswer answer)
    {
        // RFC 9520 §3.2: a failure is remembered too, or each message of a flood would wait for the dead servers anew.
        if (answer.IsTemporary)
            return answer with { TimeToLive = settings.FailureTimeToLive };
        var longest = answer.Outcome is DnsOutcome.Records ? settings.MaximumTimeToLive : settings.NegativeTimeToLive;
        return answer.TimeToLive > longest ? answer with { TimeToLive = longest } : answer;
    }
}
