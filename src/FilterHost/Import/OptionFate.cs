namespace FilterHost.Import;

/// <summary>What becomes of an option.</summary>
internal enum OptionFate
{
    /// <summary>A setting says the same.</summary>
    Carried,

    /// <summary>The same is done in another way, whatever the option says.</summary>
    Elsewhere,

    /// <summary>Nothing uses it any more.</summary>
    Obsolete,

    /// <summary>FilterHost does not do it.</summary>
    Dropped,
}
