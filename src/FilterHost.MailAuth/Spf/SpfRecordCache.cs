namespace FilterHost.MailAuth.Spf;

/// <summary>
/// Keeps parsed records, found by their own octets, so a changed record is never served an old parse. A record has one place, by its hash, and the latest stays: bounded without a lock or a list.
/// Safe for use by many threads at once.
/// </summary>
internal sealed class SpfRecordCache
{
    // A power of two. A record and its parse take about 1 kB.
    private const int Places = 2048;

    // RFC 7208 §3.4: records should fit in 512 octets of DNS; the few that do not are parsed again.
    private const int MaximumLength = 1024;

    private readonly Entry?[] _entries = new Entry?[Places];

    public SpfRecord Parse(ReadOnlyMemory<byte> text)
    {
        if (text.Length > MaximumLength)
            return SpfRecord.Parse(text.Span);
        // Seeded at random in each process, so that nobody can choose records that share a place.
        var hash = new HashCode();
        hash.AddBytes(text.Span);
        ref var place = ref _entries[hash.ToHashCode() & (Places - 1)];
        var entry = Volatile.Read(ref place);
        if (entry is not null && entry.Text.AsSpan().SequenceEqual(text.Span))
            return entry.Record;
        var record = SpfRecord.Parse(text.Span);
        Volatile.Write(ref place, new Entry(text.ToArray(), record));
        return record;
    }

    private sealed record Entry(byte[] Text, SpfRecord Record);
}
