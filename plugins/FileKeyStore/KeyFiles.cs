using System.Collections.Concurrent;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>The store's keys, read at first use. A domain's folder that appears later is noticed; a change in a folder that was read is noticed by a reload.</summary>
internal sealed class KeyFiles(FileKeyStoreSettings settings, DomainFolders folders, TimeProvider time)
{
    private const string Extension = ".pem";

    // Both bounds keep foreign senders from filling the memory; a full cache starts again.
    private const int MaximumDomains = 10_000;
    private static readonly TimeSpan AbsenceKept = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DomainName, IReadOnlyList<KeyReading>> _read = new();
    private readonly ConcurrentDictionary<DomainName, DateTimeOffset> _absent = new();

    /// <summary>The domain's keys, good and bad; empty where the domain is not ours.</summary>
    public IReadOnlyList<KeyReading> Find(DomainName domain)
    {
        if (_read.TryGetValue(domain, out var readings))
            return readings;
        if (_absent.TryGetValue(domain, out var until) && time.GetUtcNow() < until)
            return [];
        var named = ExplicitPlaces().Where(place => place.Domain.Equals(domain)).Select(KeyFileReader.Read).ToArray();
        readings = named.Length > 0 ? named : ReadFolder(domain);
        Remember(domain, readings);
        return readings;
    }

    /// <summary>Every key there is, those in the settings first, and every folder that has none.</summary>
    public IEnumerable<KeyReading> ReadAll() => ExplicitPlaces().Select(KeyFileReader.Read).Concat(folders.Domains().SelectMany(ReadFolder));

    public IEnumerable<KeyPlace> ExplicitPlaces() => settings.Keys.Select(PlaceOf);

    public KeyPlace PlaceOf(KeyEntry entry) =>
        new(entry.Domain, entry.Selector, entry.File.FullName, entry.CheckPermissions ?? settings.CheckPermissions, entry.UserIdentifier);

    /// <summary>Where a key of the folder lies; null where the store has no folder.</summary>
    public KeyPlace? PlaceInFolder(DomainName domain, string selector) => folders.PathOf(domain) is { } folder
        ? new KeyPlace(domain, selector, Path.Combine(folder, selector + Extension), settings.CheckPermissions)
        : null;

    public void Forget(DomainName domain)
    {
        _read.TryRemove(domain, out _);
        _absent.TryRemove(domain, out _);
    }

    // Only a folder that is certainly not there makes the domain not ours; whatever else goes wrong must not let mail out unsigned.
    private KeyReading[] ReadFolder(DomainName domain)
    {
        var folder = settings.Directory?.FullName ?? "";
        try
        {
            if (folders.PathOf(domain) is not { } own)
                return [];
            folder = own;
            var readings = Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)
                .Select(path => KeyFileReader.Read(new KeyPlace(domain, Path.GetFileNameWithoutExtension(path), path, settings.CheckPermissions)))
                .ToArray();
            return readings.Length > 0 ? readings : [Unusable(folder, $"{folder} has no key. Make one, or remove the folder where the domain is not to be signed for.")];
        }
        catch (DirectoryNotFoundException) when (Directory.Exists(settings.Directory!.FullName))
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [Unusable(folder, $"{folder} cannot be listed: {error.Message} Run: chown {FileOwnership.ProcessUser} {folder}")];
        }

        KeyReading Unusable(string path, string problem) => new(new KeyPlace(domain, "", path, settings.CheckPermissions), null, problem);
    }

    private void Remember(DomainName domain, IReadOnlyList<KeyReading> readings)
    {
        // A folder without keys is looked at again, so that its first key counts at once.
        if (readings is [{ Place.Selector: "" }])
            return;
        if (_absent.Count >= MaximumDomains)
            _absent.Clear();
        if (_read.Count >= MaximumDomains)
            _read.Clear();
        if (readings.Count == 0)
            _absent[domain] = time.GetUtcNow() + AbsenceKept;
        else
            _read[domain] = readings;
    }
}
