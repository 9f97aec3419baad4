using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Keeps imported public keys, the least recently used first to go: importing an RSA key costs seven verifications. Keys are found by their own octets, so a changed
/// record is never served an old key. Safe for use by many threads at once.
/// </summary>
public sealed class PublicKeyCache
{
    private readonly Lock _lock = new();
    private readonly Dictionary<CacheKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>A cache of at most so many keys.</summary>
    /// <param name="capacity">A key takes about 2 kB; the default holds the signers that a busy host sees in a day.</param>
    public PublicKeyCache(int capacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>The most keys it keeps.</summary>
    public int Capacity { get; }

    /// <summary>The keys it holds now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    internal PublicKey? Import(SigningAlgorithm algorithm, byte[] octets, out string? reason)
    {
        var cacheKey = new CacheKey(algorithm, octets);
        reason = null;
        if (Find(cacheKey) is { } known)
            return known;
        // Outside the lock: two threads may import the same new key; the second result is dropped.
        var key = PublicKey.Import(algorithm, octets, out reason);
        if (key is not null)
            Add(cacheKey, key);
        return key;
    }

    private PublicKey? Find(CacheKey cacheKey)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(cacheKey, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Key;
        }
    }

    // A key that goes may be in use elsewhere, so its handle is left to the finalizer.
    private void Add(CacheKey cacheKey, PublicKey key)
    {
        lock (_lock)
        {
            if (_entries.ContainsKey(cacheKey))
                return;
            if (_entries.Count == Capacity)
            {
                _entries.Remove(_byUse.Last!.Value.CacheKey);
                _byUse.RemoveLast();
            }
            _entries.Add(cacheKey, _byUse.AddFirst(new Entry(cacheKey, key)));
        }
    }

    private sealed record Entry(CacheKey CacheKey, PublicKey Key);

    private readonly struct CacheKey(SigningAlgorithm algorithm, byte[] octets) : IEquatable<CacheKey>
    {
        private readonly SigningAlgorithm _algorithm = algorithm;
        private readonly byte[] _octets = octets;

        public bool Equals(CacheKey other) => _algorithm == other._algorithm && _octets.AsSpan().SequenceEqual(other._octets);

        public override bool Equals(object? obj) => obj is CacheKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_algorithm);
            hash.AddBytes(_octets);
            return hash.ToHashCode();
        }
    }
}
