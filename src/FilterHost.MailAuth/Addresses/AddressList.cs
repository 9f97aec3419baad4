namespace FilterHost.MailAuth.Addresses;

/// <summary>
/// Mail addresses of the settings: <c>user@example.com</c>, a whole domain as <c>example.com</c>, <c>@example.com</c> or <c>*@example.com</c>, all below it as <c>.example.com</c>,
/// a local part at any of these (<c>user@.example.com</c>) or anywhere (<c>user@*</c>), and <c>*</c> for every address. The letter case of local parts is ignored, as mailboxes in use do.
/// </summary>
public sealed class AddressList
{
    private const string Any = "*";

    private readonly Dictionary<string, DomainList> _domains = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _everywhere = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True where no address is on it.</summary>
    public bool IsEmpty => _domains.Count == 0 && _everywhere.Count == 0;

    /// <summary>The list of these entries.</summary>
    /// <exception cref="SettingException">One is no address and no domain.</exception>
    public static AddressList Of(IReadOnlyList<string> entries, string setting)
    {
        var list = new AddressList();
        for (var i = 0; i < entries.Count; i++)
        {
            if (!list.TryAdd(entries[i]))
                throw new SettingException($"{setting}[{i}]", $"'{entries[i]}' is neither an address nor a domain: write \"user@example.com\", \"example.com\", or \".example.com\" for all below it");
        }
        return list;
    }

    /// <summary>Adds an entry. False where it is none.</summary>
    public bool TryAdd(string entry)
    {
        var at = entry.LastIndexOf('@');
        var local = at <= 0 ? Any : entry[..at];
        var domain = entry[(at + 1)..];
        if (domain == Any)
        {
            _everywhere.Add(local);
            return true;
        }
        if (local.AsSpan().ContainsAny(" \t,"))
            return false;
        if (!_domains.TryGetValue(local, out var domains))
            _domains.Add(local, domains = new DomainList());
        return domains.TryAdd(domain);
    }

    /// <summary>True where an entry covers the address.</summary>
    public bool Has(string localPart, DomainName domain) =>
        _everywhere.Contains(Any) || _everywhere.Contains(localPart) || HasExactly(Any, domain) || HasExactly(localPart, domain);

    private bool HasExactly(string local, DomainName domain) => _domains.TryGetValue(local, out var domains) && domains.Has(domain);
}
