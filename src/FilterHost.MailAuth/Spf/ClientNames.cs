using FilterHost.Dns;

namespace FilterHost.MailAuth.Spf;

/// <summary>The names that the client's PTR records give it, and what is known of each (RFC 7208 §5.5).</summary>
internal sealed class ClientNames
{
    private readonly List<DomainName> _names = [];
    private readonly List<bool?> _validated = [];

    public ClientNames(IReadOnlyList<DnsRecord> records, int maximum)
    {
        foreach (var record in records)
        {
            if (_names.Count == maximum)
                break;
            if (record is not DnsRecord.Pointer pointer)
                continue;
            _names.Add(pointer.Name);
            _validated.Add(null);
        }
    }

    public int Count => _names.Count;

    /// <summary>The result that ends the evaluation.</summary>
    public Finding? Problem { get; set; }

    public DomainName this[int index] => _names[index];

    /// <summary>Whether the name has the client's address; null before it was looked up.</summary>
    public bool? IsValidated(int index) => _validated[index];

    public void Validate(int index, bool isValidated) => _validated[index] = isValidated;

    /// <summary>The names in the order in which <c>%{p}</c> prefers them.</summary>
    public IEnumerable<int> InOrderFor(DomainName domain) =>
        Enumerable.Range(0, _names.Count).OrderBy(index => _names[index].Equals(domain) ? 0 : _names[index].IsSameOrBelow(domain) ? 1 : 2);
}
