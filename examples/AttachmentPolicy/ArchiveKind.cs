namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>What a file's first octets, or its name, make of it.</summary>
internal enum ArchiveKind
{
    None,
    Zip,
    Gzip,
    Tar,

    /// <summary>An archive of a kind that is not looked into.</summary>
    Foreign,
}
