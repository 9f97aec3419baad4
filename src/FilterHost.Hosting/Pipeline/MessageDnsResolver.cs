using FilterHost.Dns;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A resolver for one message: it has a budget of questions and remembers its answers, over all filters of the message.</summary>
internal sealed class MessageDnsResolver(IDnsResolver provider, int budget)
{
    private static readonly DnsAnswer Spent = new() { Outcome = DnsOutcome.BudgetSpent };

    private readonly Dictionary<(DomainName, DnsRecordType), Task<DnsAnswer>> _answers = [];
    private readonly Lock _lock = new();
    private int _asked;

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_answers.TryGetValue((name, type), out var known) && !known.IsFaulted && !known.IsCanceled)
                return known.IsCompletedSuccessfully ? new ValueTask<DnsAnswer>(known.Result) : new ValueTask<DnsAnswer>(known.WaitAsync(cancellationToken));
            if (_asked >= budget)
                return new ValueTask<DnsAnswer>(Spent);
            _asked++;
            var answer = provider.ResolveAsync(name, type, cancellationToken).AsTask();
            _answers[(name, type)] = answer;
            return new ValueTask<DnsAnswer>(answer);
        }
    }
}
