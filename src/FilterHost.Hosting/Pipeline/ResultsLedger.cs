namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// What the listeners of this process wrote into Authentication-Results fields, for the later listeners of the same message: a field counts as ours only where queue id and every octet agree.
/// Bounded, and forgotten after a while; what is forgotten is a result that is not known, never one that is believed.
/// </summary>
internal sealed class ResultsLedger(TimeProvider time)
{
    /// <summary>The most messages that are remembered.</summary>
    public const int Capacity = 10_000;

    /// <summary>How long one is remembered. An MTA asks its milters one right after the other.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string Mta, string QueueId), Entry> _entries = [];
    private readonly Queue<((string, string) Key, Entry Entry)> _ages = new();
    private readonly Lock _lock = new();

    /// <summary>Remembers what a listener wrote last for a message.</summary>
    /// <param name="mta">The MTA's name.</param>
    /// <param name="queueId">The MTA's name for the message.</param>
    /// <param name="body">The field's octets after the colon; they are copied.</param>
    /// <param name="results">What it says.</param>
    public void Add(string mta, string queueId, ReadOnlyMemory<byte> body, IEnumerable<AuthenticationResult> results)
    {
        var entry = new Entry(body.ToArray(), [.. results.Select(WithoutViews)], time.GetTimestamp());
        lock (_lock)
        {
            while (_ages.TryPeek(out var oldest) && (_ages.Count >= Capacity || time.GetElapsedTime(oldest.Entry.WrittenAt) > Lifetime))
                Forget(_ages.Dequeue());
            _entries[(mta, queueId)] = entry;
            _ages.Enqueue(((mta, queueId), entry));
        }
    }

    /// <summary>The results of a field that an earlier listener wrote for this message, or null.</summary>
    public IReadOnlyList<AuthenticationResult>? Find(string mta, string queueId, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            return _entries.TryGetValue((mta, queueId), out var entry) && time.GetElapsedTime(entry.WrittenAt) <= Lifetime && body.SequenceEqual(entry.Body)
                ? entry.Results
                : null;
        }
    }

    private void Forget(((string, string) Key, Entry Entry) aged)
    {
        if (_entries.TryGetValue(aged.Key, out var entry) && ReferenceEquals(entry, aged.Entry))
            _entries.Remove(aged.Key);
    }

    // The signature's field lies in the memory of the listener's own transaction.
    private static AuthenticationResult WithoutViews(AuthenticationResult result) => result is DkimSignatureResult dkim ? dkim with { Field = null } : result;

    private sealed record Entry(byte[] Body, IReadOnlyList<AuthenticationResult> Results, long WrittenAt);
}
