using FilterHost.Dns;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A resolver for one message: it remembers its answers over all filters of the message, and each filter has a budget of questions of its own.</summary>
/// <param name="provider">Who is asked.</param>
/// <param name="messageEnded">Cancelled at the end of the message. One filter's time that is over does not take the answer from another that waits for the same.</param>
internal sealed class MessageDnsResolver(IDnsResolver provider, CancellationToken messageEnded)
{
    private static readonly DnsAnswer Spent = new() { Outcome = DnsOutcome.BudgetSpent };

    private readonly Dictionary<(DomainName, DnsRecordType), Task<DnsAnswer>> _answers = [];
    private readonly Lock _lock = new();

    /// <summary>Asks, or gives the answer that is known.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type of records.</param>
    /// <param name="asked">How many questions the filter has asked; an answer that is known costs none.</param>
    /// <param name="budget">How many it may ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, ref int asked, int budget, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_answers.TryGetValue((name, type), out var answer) || answer.IsFaulted || answer.IsCanceled)
            {
                if (asked >= budget)
                    return new ValueTask<DnsAnswer>(Spent);
                asked++;
                _answers[(name, type)] = answer = provider.ResolveAsync(name, type, messageEnded).AsTask();
            }
            return new ValueTask<DnsAnswer>(answer.IsCompleted ? answer : answer.WaitAsync(cancellationToken));
        }
    }
}
