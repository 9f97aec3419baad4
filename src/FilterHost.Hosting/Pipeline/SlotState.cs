namespace FilterHost.Hosting.Pipeline;

/// <summary>Where a filter stands in a transaction.</summary>
internal enum SlotState
{
    /// <summary>It is called at the next stage.</summary>
    Active,

    /// <summary>It answered Accept.</summary>
    Accepted,

    /// <summary>It threw, overran, or is suspended.</summary>
    Failed,

    /// <summary>The transaction is over.</summary>
    Ended,
}
