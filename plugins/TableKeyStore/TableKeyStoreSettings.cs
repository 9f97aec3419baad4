namespace FilterHost.Plugins.TableKeyStore;

/// <summary>The settings of a key store in OpenDKIM's tables.</summary>
public sealed record TableKeyStoreSettings
{
    /// <summary>OpenDKIM's SigningTable.</summary>
    [Setting("OpenDKIM's SigningTable as it is, in its data set syntax: refile:PATH (patterns with *, in the order of the file), file:PATH or a path (looked up as user@host, host, user@.domain, .domain, walking up, user@*, *), csl:NAME=VALUE,NAME=VALUE or such a list bare. A row is an address or pattern and the name of a row of key_table, with :i= behind it where wanted; % is the author's domain. Relative paths are relative to this file. Domains may be in A-labels or U-labels, each matches both. Mail that no row matches is not signed. A table that cannot be read stops the start; one bad row is reported and defers only its own mail. Both tables are read at start and at reload only, because one that is read while it is being written would let mail out unsigned.", Example = "\"refile:/etc/opendkim/SigningTable\"")]
    public required string SigningTable { get; init; }

    /// <summary>OpenDKIM's KeyTable.</summary>
    [Setting("OpenDKIM's KeyTable as it is, in the same syntax. A row is a name and domain:selector:key, with :algorithm behind it where wanted, which must then be the key's. The domain % is the author's. The key is a path if it starts with /, ./ or ../, where % is the author's domain, else the key itself in PEM or in base64. A key is read when mail first needs it; one that was exchanged is noticed within five seconds.", Example = "\"refile:/etc/opendkim/KeyTable\"")]
    public required string KeyTable { get; init; }

    /// <summary>What relative paths of keys start from.</summary>
    [Setting("The folder that relative paths of keys in key_table are relative to (OpenDKIM: BaseDirectory). Default: the folder of the table, or of this file where the table is a list.", Example = "\"/etc/opendkim\"")]
    public DirectoryInfo? BaseDirectory { get; init; }

    /// <summary>One match or all.</summary>
    [Setting("Whether every row that matches signs, not only the first (OpenDKIM: MultipleSignatures). Where OpenDKIM finds more than two it signs with the first and the last; here all sign.")]
    public bool MultipleSignatures { get; init; }

    /// <summary>Looks at modes and owners.</summary>
    [Setting("Whether a key file that others can read or write, or that belongs to neither root nor the program's user, is refused, and likewise a key in a table that others can read or write (OpenDKIM: RequireSafeKeys). Default true, because who reads the key can sign as the domain.")]
    public bool CheckPermissions { get; init; } = true;

    /// <summary>What is looked at before mail comes.</summary>
    [Setting("What is examined at start: \"all\" reads every key of key_table once and reports those that cannot be used; \"tables\" examines the rows only, and a bad key is found when mail needs it. Set it to \"tables\" where tens of thousands of keys in files of their own make the start too slow.")]
    public CheckAtStart CheckAtStart { get; init; } = CheckAtStart.All;
}
