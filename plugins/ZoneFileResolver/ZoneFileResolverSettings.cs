namespace FilterHost.Plugins.ZoneFileResolver;

/// <summary>Settings of <see cref="ZoneFileResolverPlugin"/>.</summary>
public sealed record ZoneFileResolverSettings
{
    /// <summary>The zone file.</summary>
    [Setting("The zone file, in the format of RFC 1035 §5. Nothing else is asked: a name that is not in it does not exist. `name FAIL SERVFAIL` and `name FAIL TIMEOUT` make questions for a name fail. It is read once, at start.", Example = "\"example.zone\"")]
    public required FileInfo File { get; init; }
}
