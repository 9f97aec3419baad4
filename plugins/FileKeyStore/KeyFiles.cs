using System.Collections.Concurrent;
using FilterHost.Keys;
using FilterHost.MailAuth.Keys;
using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>The store's keys, read at first use. A domain's folder that appears later is noticed, and so is a key that comes into a folder or leaves it; what changes within a file is noticed by a reload.</summary>
internal sealed class KeyFiles(FileKeyStoreSettings settings, DomainFolders folders, TimeProvider time, ILogger<KeyFiles> logger)
{
    private const string Extension = ".pem";

    // Both bounds keep foreign senders from filling the memory; a full cache starts again.
    private const int MaximumDomains = 10_000;
    private const int MaximumListings = 5;
    private static readonly TimeSpan LookedAtEvery = TimeSpan.FromSeconds(5);

    // Coarser than any file system's clock: two changes within it may leave one time.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<DomainName, Known> _read = new();
    private readonly ConcurrentDictionary<DomainName, DateTimeOffset> _absent = new();

    /// <summary>The domain's keys, good and bad; empty where the domain is not ours.</summary>
    public IReadOnlyList<KeyReading> Find(DomainName domain)
    {
        var now = time.GetUtcNow();
        if (_read.TryGetValue(domain, out var known))
            return now < known.Until ? known.Readings : LookAgain(domain, known, now);
        if (_absent.TryGetValue(domain, out var until) && now < until)
            return [];
        var named = ExplicitPlaces().Where(place => place.Domain.Equals(domain)).Select(static place => place.Read()).ToArray();
        if (named.Length > 0)
            return Remember(domain, new Known(named, default, DateTimeOffset.MaxValue));
        var changed = TimeOfFolder(domain, now);
        return Remember(domain, new Known(ReadFolder(domain), changed, now + LookedAtEvery));
    }

    /// <summary>Every key there is, those in the settings first, and every folder that has none.</summary>
    public IEnumerable<KeyReading> ReadAll() => ExplicitPlaces().Select(static place => place.Read()).Concat(folders.Domains().SelectMany(ReadFolder));

    /// <summary>The keys in the folders that do not sign: those that are pending, and those that are retired.</summary>
    public IEnumerable<KeyReading> ReadUnused() =>
        from domain in folders.Domains()
        let folder = folders.PathOf(domain)
        where folder is not null
        from state in new[] { SigningKeyState.Pending, SigningKeyState.Retired }
        from path in Directory.EnumerateFiles(folder, "*" + ExtensionOf(state)).Order(StringComparer.Ordinal)
        select new KeyPlace(domain, Path.GetFileName(path)[..^ExtensionOf(state).Length], path, settings.CheckPermissions, State: state).Read();

    public IEnumerable<KeyPlace> ExplicitPlaces() => settings.Keys.Select(PlaceOf);

    public KeyPlace PlaceOf(KeyEntry entry) =>
        new(entry.Domain, entry.Selector, entry.File.FullName, entry.CheckPermissions ?? settings.CheckPermissions, entry.UserIdentifier);

    /// <summary>Where a key of the folder lies; null where the store has no folder.</summary>
    public KeyPlace? PlaceInFolder(DomainName domain, string selector, SigningKeyState state) => folders.PathOf(domain) is { } folder
        ? new KeyPlace(domain, selector, Path.Combine(folder, selector + ExtensionOf(state)), settings.CheckPermissions, State: state)
        : null;

    public void Forget(DomainName domain)
    {
        _read.TryRemove(domain, out _);
        _absent.TryRemove(domain, out _);
    }

    private IReadOnlyList<KeyReading> LookAgain(DomainName domain, Known known, DateTimeOffset now)
    {
        var next = known with { Until = now + LookedAtEvery };
        var wasGood = known.Readings.All(static reading => reading.Problem is null);
        var changed = TimeOfFolder(domain, now);
        if (wasGood && changed is not null && changed == known.Changed)
            return Remember(domain, next);
        var readings = ReadFolder(domain);
        // A key that cannot be used holds up no mail of a domain whose other keys are in memory. That there are no keys any more is no mistake.
        if (wasGood && readings.FirstOrDefault(static reading => reading.Problem is not null && reading.Place.Selector.Length > 0) is { } bad)
        {
            if (logger.IsEnabled(LogLevel.Warning))
                logger.LogWarning("The keys of {Domain} stay as they were read before: {Problem}", domain, bad.Problem);
            return Remember(domain, next);
        }
        return Remember(domain, new Known(readings, changed, next.Until));
    }

    // Null where the next look cannot rely on it.
    private DateTime? TimeOfFolder(DomainName domain, DateTimeOffset now)
    {
        try
        {
            return folders.PathOf(domain) is { } folder && Directory.GetLastWriteTimeUtc(folder) is var changed && now.UtcDateTime - changed > Settled ? changed : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
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
            var readings = ReadKeys(domain, folder);
            // What is pending only is not ours yet.
            if (readings.Length == 0 && Directory.EnumerateFiles(folder, "*" + ExtensionOf(SigningKeyState.Pending)).Any())
                return [];
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

    // A key that was listed and is gone has been retired meanwhile, and the one that follows it may not have been listed.
    private KeyReading[] ReadKeys(DomainName domain, string folder)
    {
        for (var listings = 1; ; listings++)
        {
            var readings = Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)
                .Select(path => new KeyPlace(domain, Path.GetFileNameWithoutExtension(path), path, settings.CheckPermissions).Read())
                .ToArray();
            if (listings == MaximumListings || readings.All(static reading => reading.Problem is null || File.Exists(reading.Place.Path)))
                return readings;
        }
    }

    private static string ExtensionOf(SigningKeyState state) => state switch
    {
        SigningKeyState.Active => Extension,
        SigningKeyState.Pending => Extension + ".pending",
        SigningKeyState.Retired => Extension + ".retired",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state"),
    };

    private IReadOnlyList<KeyReading> Remember(DomainName domain, Known known)
    {
        // A folder without keys is looked at again, so that its first key counts at once.
        if (known.Readings is [{ Place.Selector: "" }])
        {
            _read.TryRemove(domain, out _);
            return known.Readings;
        }
        if (_absent.Count >= MaximumDomains)
            _absent.Clear();
        if (_read.Count >= MaximumDomains)
            _read.Clear();
        if (known.Readings.Count > 0)
        {
            _read[domain] = known;
        }
        else
        {
            _read.TryRemove(domain, out _);
            _absent[domain] = known.Until;
        }
        return known.Readings;
    }

    private sealed record Known(IReadOnlyList<KeyReading> Readings, DateTime? Changed, DateTimeOffset Until);
}
