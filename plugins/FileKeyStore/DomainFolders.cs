namespace FilterHost.Plugins.FileKeyStore;

/// <summary>The folders of domains. A folder's name is the domain's, in whatever case, in A-labels or U-labels: one that was passed over because of its writing would let mail out unsigned.</summary>
internal sealed class DomainFolders(FileKeyStoreSettings settings, TimeProvider time)
{
    private static readonly TimeSpan ListingKept = TimeSpan.FromSeconds(5);

    private Listing _listing = new([], DateTimeOffset.MinValue);

    /// <summary>Every domain that has a folder, in the order of the folders' names.</summary>
    public IEnumerable<DomainName> Domains() => Names().Select(Parse).OfType<DomainName>().Distinct();

    /// <summary>Folders that are not looked at, since another one has the same domain, each with that other one.</summary>
    public IEnumerable<(string Ignored, string Used)> Repeated() =>
        from name in Names()
        let domain = Parse(name)
        where domain is not null && PathOf(domain) is { } used && Path.GetFileName(used) != name
        select (Path.Combine(settings.Directory!.FullName, name), PathOf(domain)!);

    /// <summary>The domain's folder, which need not exist; null where the store has no folders, or the name is no mail domain.</summary>
    public string? PathOf(DomainName domain)
    {
        // A name for questions may hold a slash; only a mail domain names a folder.
        if (settings.Directory is null || !DomainName.TryParse(domain.ToString(), out _))
            return null;
        var plain = Path.Combine(settings.Directory.FullName, domain.ToString());
        return !Directory.Exists(plain) && WrittenOtherwise().TryGetValue(domain, out var name) ? Path.Combine(settings.Directory.FullName, name) : plain;
    }

    private IEnumerable<string> Names() => settings.Directory is { } directory && Directory.Exists(directory.FullName)
        ? Directory.EnumerateDirectories(directory.FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
        : [];

    private static DomainName? Parse(string name) => DomainName.TryParse(name, out var domain) ? domain : null;

    // Kept for a moment, since foreign domains are asked for with every message.
    private Dictionary<DomainName, string> WrittenOtherwise()
    {
        var (names, until) = Volatile.Read(ref _listing);
        if (time.GetUtcNow() < until)
            return names;
        names = [];
        foreach (var name in Names())
        {
            if (Parse(name) is { } domain && domain.ToString() != name)
                names.TryAdd(domain, name);
        }
        Volatile.Write(ref _listing, new Listing(names, time.GetUtcNow() + ListingKept));
        return names;
    }

    private sealed record Listing(Dictionary<DomainName, string> Names, DateTimeOffset Until);
}
