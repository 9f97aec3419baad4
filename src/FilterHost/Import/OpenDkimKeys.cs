using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>[service.keys]: plugin FileKeyStore where domains, selector and key are named one by one, plugin TableKeyStore for tables and for whatever a table says better.</summary>
internal sealed class OpenDkimKeys(DaemonConfiguration configuration, SettingsDraft draft, ProblemList problems)
{
    private readonly TomlTable _keys = draft.Table("[service.keys]");

    /// <summary>True if the configuration names keys: without, OpenDKIM only verifies.</summary>
    public static bool AreNamed(DaemonConfiguration configuration) => configuration.Text("KeyTable") is not null || configuration.Text("Domain") is not null;

    /// <summary>Writes the table; false if there is nothing to sign with.</summary>
    public bool Write()
    {
        var isWritten = configuration.Text("KeyTable") is not null ? WriteTables() : WriteSingleKey();
        if (isWritten && !configuration.Flag("RequireSafeKeys"))
            _keys.Set("check_permissions", false, "As RequireSafeKeys no.");
        Algorithm();
        return isWritten;
    }

    private bool WriteTables()
    {
        var keys = DataSet.Of(configuration, "KeyTable", problems);
        var signing = DataSet.Of(configuration, "SigningTable", problems);
        if (signing is null)
        {
            problems.Error(configuration.Text("SetupPolicyScript") is null
                ? "KeyTable requires SigningTable"
                : "which key signs is decided by SetupPolicyScript, which FilterHost does not run: write a SigningTable", configuration.Locate("KeyTable"));
        }
        if (keys is null || signing is null || IsForeign(keys) || IsForeign(signing))
            return false;
        _keys.Set("plugin", "TableKeyStore");
        _keys.Set("signing_table", signing.Specification);
        _keys.Set("key_table", KeyTable(keys));
        _keys.Set("base_directory", configuration.Folder);
        _keys.Set("multiple_signatures", configuration.Flag("MultipleSignatures"));
        new TableCheck(configuration, draft, problems).Run(keys, signing);
        return true;
    }

    private string KeyTable(DataSet keys)
    {
        if (draft.Copies is not { } copies)
            return keys.Specification;
        if (keys.Kind is DataSetKind.List)
            return $"csl:{string.Join(',', (keys.Read(problems) ?? []).Select(row => $"{row.Key}={copies.Rewrite(row, configuration.Folder)}"))}";
        return copies.CopyTable(keys, configuration.Folder) is { } copy ? $"{(keys.Kind is DataSetKind.Patterns ? "refile" : "file")}:{copy}" : keys.Specification;
    }

    private bool IsForeign(DataSet set)
    {
        if (set.Kind is not DataSetKind.Foreign)
            return false;
        draft.Warn("nothing is signed: the table is in a database that FilterHost does not read. Write it as a file, or move keys and domains to SqlKeyStore", set.Location);
        set.Read(problems);
        return true;
    }

    private bool WriteSingleKey()
    {
        if (configuration.Text("KeyFile") is not { } file || configuration.Text("Selector") is not { } selector)
        {
            problems.Error("Domain requires KeyFile and Selector", configuration.Locate("Domain"));
            return false;
        }
        if (DataSet.Of(configuration, "Domain", problems) is not { } set || IsForeign(set) || set.Read(problems) is not { Count: > 0 } rows)
            return false;
        var path = configuration.PathOf(file);
        path = draft.Copies?.Copy(path, configuration.Locate("KeyFile")) ?? path;
        draft.Files.Add(new NeededFile(path, IsKey: true, configuration.Locate("KeyFile")));
        if (set.Path is not null)
            draft.Remark($"Domain {set.Text}: the domains of the file are listed here; later changes of the file have no effect.");
        var domains = rows.Select(row => row.Key.ToLowerInvariant()).Distinct().ToArray();
        if (!configuration.Flag("SubDomains") && domains.All(domain => DomainName.TryParse(domain, out _)))
            WriteFiles(domains, selector, path);
        else
            WriteInline(domains, selector, path, set);
        return true;
    }

    private void WriteFiles(string[] domains, string selector, string path)
    {
        _keys.Set("plugin", "FileKeyStore");
        _keys.SetTables("keys", domains.Select(domain => (IReadOnlyList<(string, object)>)[("domain", domain), ("selector", selector), ("file", path)]));
    }

    private void WriteInline(string[] domains, string selector, string path, DataSet set)
    {
        _keys.Set("plugin", "TableKeyStore");
        var signing = new List<string>();
        var keys = new List<string>();
        foreach (var domain in domains)
        {
            if (domain == "*")
                Add("*", "*", "%", "");
            else if (DomainName.TryParse(domain, out _))
                Add(domain, domain, domain, "");
            else if (set.Kind is DataSetKind.Patterns && domain.StartsWith("*.", StringComparison.Ordinal) && DomainName.TryParse(domain.AsSpan(2), out _))
                Add(domain[1..], domain[1..], "%", "");
            else
                draft.Warn($"the domain {domain} has no counterpart, and its mail is not signed: write a SigningTable", configuration.Locate("Domain"));
            // Seen with OpenDKIM 2.11.0: mail of a sub-domain is signed as the domain, with i=@domain.
            if (configuration.Flag("SubDomains") && DomainName.TryParse(domain, out _))
                signing.Add($".{domain}={domain}:@{domain}");
        }
        _keys.Set("signing_table", $"csl:{string.Join(',', signing)}");
        _keys.Set("key_table", $"csl:{string.Join(',', keys)}");

        void Add(string pattern, string name, string signingDomain, string identity)
        {
            signing.Add($"{pattern}={name}{identity}");
            keys.Add($"{name}={signingDomain}:{selector}:{path}");
        }
    }

    private void Algorithm()
    {
        switch (configuration.Text("SignatureAlgorithm")?.ToLowerInvariant())
        {
            case null or "rsa-sha256" or "ed25519-sha256":
                return;
            case "rsa-sha1":
                draft.Warn("signatures are made with SHA-256: nobody may accept rsa-sha1 any more (RFC 8301)", configuration.Locate("SignatureAlgorithm"));
                return;
            case var other:
                problems.Error($"'{other}' is no signing algorithm", configuration.Locate("SignatureAlgorithm"));
                return;
        }
    }
}
