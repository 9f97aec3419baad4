using FilterHost.Dns;

namespace FilterHost.Testing;

/// <summary>Answers as the test says and remembers what it was asked.</summary>
internal sealed class TestResolver(IDnsResolver records, IReadOnlyDictionary<DomainName, DnsOutcome> failures) : IDnsResolver
{
    private readonly List<DomainName> _questions = [];

    public int Count
    {
        get
        {
            lock (_questions)
                return _questions.Count;
        }
    }

    public IReadOnlyList<DomainName> Questions(Range range)
    {
        lock (_questions)
            return _questions[range];
    }

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        lock (_questions)
            _questions.Add(name);
        return failures.TryGetValue(name, out var failure)
            ? new ValueTask<DnsAnswer>(new DnsAnswer { Outcome = failure })
            : records.ResolveAsync(name, type, cancellationToken);
    }
}
