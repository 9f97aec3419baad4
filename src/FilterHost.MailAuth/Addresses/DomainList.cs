namespace FilterHost.MailAuth.Addresses;

/// <summary>Domains of the settings: a name, or with a leading dot all names below it.</summary>
public sealed class DomainList
{
    private readonly HashSet<DomainName> _names = [];
    private readonly HashSet<DomainName> _above = [];

    /// <summary>Adds an entry. False where it is none.</summary>
    public bool TryAdd(string entry)
    {
        var isAbove = entry.StartsWith('.');
        if (!DomainName.TryParse(isAbove ? entry.AsSpan(1) : entry, out var name))
            return false;
        (isAbove ? _above : _names).Add(name);
        return true;
    }

    /// <summary>The list of these entries.</summary>
    /// <exception cref="SettingException">One is no domain.</exception>
    public static DomainList Of(IReadOnlyList<string> entries, string setting)
    {
        var list = new DomainList();
        for (var i = 0; i < entries.Count; i++)
        {
            if (!list.TryAdd(entries[i]))
                throw new SettingException($"{setting}[{i}]", $"'{entries[i]}' is no domain: write \"example.com\", or \".example.com\" for all below it");
        }
        return list;
    }

    /// <summary>True where an entry names the domain or a domain above it with a leading dot.</summary>
    public bool Has(DomainName domain)
    {
        if (_names.Contains(domain))
            return true;
        for (var above = domain.Parent; above is not null; above = above.Parent)
        {
            if (_above.Contains(above))
                return true;
        }
        return false;
    }
}
