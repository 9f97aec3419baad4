using System.Collections.Concurrent;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Keys, read when mail first needs them. A key file is looked at again after some seconds, and read again where it has changed.</summary>
internal sealed class KeyCache(TableKeyStoreSettings settings, TimeProvider time)
{
    // A parsed RSA key takes some 10 KB; a full cache starts again.
    private const int MaximumKeys = 10_000;
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Entry> _read = new(StringComparer.Ordinal);

    /// <summary>The row's key, or why it cannot be used.</summary>
    public KeyFileReading Read(KeyRow row, TableText table, string place)
    {
        if (row.Path is null)
            return _read.TryGetValue(row.Inline, out var known) ? known.Reading : Remember(row.Inline, new Entry(ReadAfresh(row, table, place), default, default));
        var now = time.GetUtcNow();
        if (_read.TryGetValue(row.Path, out var entry) && now < entry.LookAgain)
            return entry.Reading;
        var written = WrittenAt(row.Path);
        // A key that could not be used is always read again: that may be a matter of modes.
        var reading = entry is { Reading.Key: not null } && entry.Written == written ? entry.Reading : ReadAfresh(row, table, place);
        return Remember(row.Path, new Entry(reading, written, now + Trusted));
    }

    /// <summary>The row's key, read now and not kept.</summary>
    public KeyFileReading ReadAfresh(KeyRow row, TableText table, string place)
    {
        if (row.Path is not null)
            return KeyFile.Read(row.Path, settings.CheckPermissions);
        return settings.CheckPermissions && table.PermissionProblem is { } problem
            ? new KeyFileReading(null, $"{place} has the key itself, but {problem}")
            : InlineKey.Read(place, row.Inline);
    }

    private static DateTime WrittenAt(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private KeyFileReading Remember(string source, Entry entry)
    {
        if (_read.Count >= MaximumKeys)
            _read.Clear();
        _read[source] = entry;
        return entry.Reading;
    }

    private sealed record Entry(KeyFileReading Reading, DateTime Written, DateTimeOffset LookAgain);
}
