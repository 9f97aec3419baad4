using System.Collections.Concurrent;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>What was read by domain, for a while. One question in flight for each domain; what is forgotten while it is read is not kept.</summary>
internal sealed class RowCache<T>(TimeSpan kept, int capacity, TimeProvider time, Func<string, Task<T>> load)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="KeyDatabaseException">The database cannot be asked; the next call asks again.</exception>
    public ValueTask<T> GetAsync(string domain, CancellationToken cancellationToken)
    {
        var entry = Find(domain);
        return entry.Rows.IsCompletedSuccessfully ? new ValueTask<T>(entry.Rows.Result) : new ValueTask<T>(entry.Rows.WaitAsync(cancellationToken));
    }

    public void Forget(string domain)
    {
        if (domain.StartsWith('.'))
            ForgetWhere(name => name.EndsWith(domain, StringComparison.Ordinal));
        else
            _entries.TryRemove(domain, out _);
    }

    public void Clear() => _entries.Clear();

    private Entry Find(string domain)
    {
        var now = time.GetTimestamp();
        if (_entries.TryGetValue(domain, out var known) && time.GetElapsedTime(known.Since, now) < kept && !known.HasFailed)
            return known;
        if (_entries.Count >= capacity)
            MakeRoom(now);
        // Lazy, so that of several callers one reads.
        var added = new Entry(now, new Lazy<Task<T>>(() => load(domain)));
        return _entries.AddOrUpdate(domain, added, (_, other) => ReferenceEquals(other, known) ? added : other);
    }

    private void MakeRoom(long now)
    {
        foreach (var old in _entries.Where(entry => time.GetElapsedTime(entry.Value.Since, now) >= kept))
            _entries.TryRemove(old);
        if (_entries.Count >= capacity)
            _entries.Clear();
    }

    private void ForgetWhere(Func<string, bool> isMeant)
    {
        foreach (var entry in _entries.Where(entry => isMeant(entry.Key)))
            _entries.TryRemove(entry);
    }

    private sealed record Entry(long Since, Lazy<Task<T>> Loading)
    {
        public Task<T> Rows => Loading.Value;

        public bool HasFailed => Loading.IsValueCreated && Loading.Value.IsFaulted;
    }
}
