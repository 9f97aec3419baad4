namespace FilterHost.Plugins.Dmarc;

/// <summary>What it means that a method has no result for a message.</summary>
public enum MissingResults
{
    /// <summary>It is not known what it would have been.</summary>
    Temperror,

    /// <summary>There was nothing to find.</summary>
    None,
}
