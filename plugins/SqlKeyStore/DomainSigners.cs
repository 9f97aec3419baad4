namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The rows of <c>signers</c> that concern one author domain.</summary>
internal sealed class DomainSigners
{
    private readonly string _domain;
    private readonly ILookup<string, SignerRow> _rows;

    public DomainSigners(string domain, IReadOnlyList<SignerRow> rows) => (_domain, _rows) = (domain, rows.ToLookup(row => row.Pattern, StringComparer.Ordinal));

    /// <summary>What the table may hold of a domain: itself, and each domain above it with a dot before it, the nearest first.</summary>
    public static IReadOnlyList<string> NamesFor(string domain)
    {
        var names = new List<string> { domain };
        for (var dot = domain.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            names.Add(domain[dot..]);
        return names;
    }

    /// <summary>The rows by how exactly they name the author: the address, the domain, and the domains above it, the nearest first. Only patterns that have rows.</summary>
    public IEnumerable<IEnumerable<SignerRow>> LevelsFor(string localPart) =>
        _rows.Count == 0 ? [] : NamesFor(_domain).Prepend($"{localPart.ToLowerInvariant()}@{_domain}").Where(_rows.Contains).Select(pattern => _rows[pattern]);
}
