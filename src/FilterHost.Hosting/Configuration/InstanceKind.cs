namespace FilterHost.Hosting.Configuration;

/// <summary>What a table of the settings makes.</summary>
internal enum InstanceKind
{
    /// <summary><c>[filter.NAME]</c>.</summary>
    Filter,

    /// <summary><c>[service.NAME]</c>.</summary>
    Service,
}
