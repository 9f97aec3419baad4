namespace FilterHost;

/// <summary>Where a result comes from.</summary>
public enum ResultProvenance
{
    /// <summary>A filter of this host computed it.</summary>
    Computed,

    /// <summary>A filter in a worker process computed it.</summary>
    Worker,

    /// <summary>It was read from an Authentication-Results field that the settings trust.</summary>
    Field,
}
