namespace FilterHost.Import;

/// <summary>What the command line asks of an import.</summary>
internal sealed record ImportOptions
{
    /// <summary>The user to run as, in place of the configuration's.</summary>
    public string? User { get; init; }

    /// <summary>A folder for copies of the keys, or null.</summary>
    public string? KeyCopies { get; init; }
}
