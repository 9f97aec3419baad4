using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>A bounded memory of answers; the least recently used go first.</summary>
internal sealed class AnswerCache(int capacity, TimeProvider time)
{
    private readonly Dictionary<(DomainName, DnsRecordType), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Lock _lock = new();

    public DnsAnswer? Find(DomainName name, DnsRecordType type)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((name, type), out var node))
                return null;
            _byUse.Remove(node);
            if (node.Value.ExpiresAt <= time.GetUtcNow())
            {
                _entries.Remove((name, type));
                return null;
            }
            _byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    public void Add(DomainName name, DnsRecordType type, DnsAnswer answer)
    {
        if (capacity == 0 || answer.TimeToLive <= TimeSpan.Zero)
            return;
        lock (_lock)
        {
            if (_entries.Remove((name, type), out var old))
                _byUse.Remove(old);
            _entries[(name, type)] = _byUse.AddFirst(new Entry((name, type), answer, time.GetUtcNow() + answer.TimeToLive));
            if (_entries.Count <= capacity)
                return;
            _entries.Remove(_byUse.Last!.Value.Question);
            _byUse.RemoveLast();
        }
    }

    private sealed record Entry((DomainName, DnsRecordType) Question, DnsAnswer Answer, DateTimeOffset ExpiresAt);
}
