using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>A bounded memory of answers; the least recently used go first. For one caller at a time.</summary>
internal sealed class AnswerCache(int capacity, TimeProvider time)
{
    private readonly Dictionary<(DomainName, DnsRecordType), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private int _size;

    /// <summary>The answer with the time that is left to it.</summary>
    public DnsAnswer? Find(DomainName name, DnsRecordType type)
    {
        if (!_entries.TryGetValue((name, type), out var node))
            return null;
        var left = node.Value.Answer.TimeToLive - time.GetElapsedTime(node.Value.Since);
        if (left <= TimeSpan.Zero)
        {
            Remove(node);
            return null;
        }
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value.Answer with { TimeToLive = left };
    }

    public void Add(DomainName name, DnsRecordType type, DnsAnswer answer)
    {
        if (_entries.TryGetValue((name, type), out var old))
            Remove(old);
        var size = SizeOf(answer);
        if (size > capacity || answer.TimeToLive <= TimeSpan.Zero)
            return;
        while (_size + size > capacity)
            Remove(_byUse.Last!);
        _size += size;
        _entries[(name, type)] = _byUse.AddFirst(new Entry((name, type), answer, size, time.GetTimestamp()));
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _size -= node.Value.Size;
        _entries.Remove(node.Value.Question);
        _byUse.Remove(node);
    }

    // Each kilobyte begun counts as an entry: else the owner of a few names could fill the memory with records of 64 kB.
    private static int SizeOf(DnsAnswer answer) => 1 + (answer.Records.Sum(record => record is DnsRecord.Text text ? text.Value.Length : 64) / 1024);

    private sealed record Entry((DomainName, DnsRecordType) Question, DnsAnswer Answer, int Size, long Since);
}
