namespace FilterHost.Plugins.FileKeyStore;

/// <summary>A key named in the settings.</summary>
public sealed record KeyEntry
{
    /// <summary>The SDID.</summary>
    [Setting("Domain that signs, and whose authors' mail is signed (d=).", Example = "\"example.com\"")]
    public required DomainName Domain { get; init; }

    /// <summary>The selector.</summary>
    [Setting("Selector (s=): the key record is at <selector>._domainkey.<domain>.", Example = "\"2026a\"")]
    public required string Selector { get; init; }

    /// <summary>The file.</summary>
    [Setting("The private key: PEM (PKCS#8 or PKCS#1, as openssl and opendkim-genkey write) or the base64 seed of an Ed25519 key.", Example = "\"/etc/filterhost/keys/server1.private\"")]
    public required FileInfo File { get; init; }

    /// <summary>The AUID.</summary>
    [Setting("User identifier (i=), with its @; its domain must be the signing domain or below. Default: none, and verifiers then assume @domain.", Example = "\"@example.com\"")]
    public string? UserIdentifier { get; init; }

    /// <summary>Looks at mode and owner.</summary>
    [Setting("Whether this file's mode and owner are checked. Default: as check_permissions of the store.")]
    public bool? CheckPermissions { get; init; }
}
