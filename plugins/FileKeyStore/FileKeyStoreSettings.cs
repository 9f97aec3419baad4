namespace FilterHost.Plugins.FileKeyStore;

/// <summary>The settings of a key store in files.</summary>
public sealed record FileKeyStoreSettings
{
    /// <summary>The folder of keys.</summary>
    [Setting("Folder with <domain>/<selector>.pem. Every domain that has a folder is signed for; its name may be in any case. A key that comes into a folder or leaves it is noticed within seconds. No default: without it only 'keys' counts. The folders should have mode 0700; one that others can write is refused, because they could put their own key there.")]
    public DirectoryInfo? Directory { get; init; }

    /// <summary>The selector to sign with.</summary>
    [Setting("Selector that the folders' keys are restricted to. Without it one key of each algorithm signs for a domain, that with the selector last in ASCII order, so 2026b follows 2026a. Set it to hold all domains to one selector; `filterhost keys rotate` needs it left out, since it publishes the next key before that signs. A domain that has other selectors only is reported and its mail is not signed.", Example = "\"2026a\"")]
    public string? Selector { get; init; }

    /// <summary>Keys named one by one.</summary>
    [Setting("Keys named one by one. They all sign for their domain, and the domain's folder is then not looked at. A key here that is missing or unsafe stops the start.")]
    public IReadOnlyList<KeyEntry> Keys { get; init; } = [];

    /// <summary>Makes the missing.</summary>
    [Setting("Whether a key of 'keys' whose file is missing is made at start (RSA, 2048 bits, mode 0600) and its DNS record logged. Default false, because mail signed with a key that DNS does not have yet fails everywhere.")]
    public bool GenerateMissing { get; init; }

    /// <summary>Looks at modes and owners.</summary>
    [Setting("Whether a key file that others can read or write, or that belongs to neither root nor the program's user, is refused. Default true, because who reads the key can sign as the domain.")]
    public bool CheckPermissions { get; init; } = true;
}
