namespace FilterHost;

/// <summary>What a problem stops.</summary>
public enum ProblemSeverity
{
    /// <summary>Nothing; worth a look.</summary>
    Warning,

    /// <summary>The mail it concerns; the host runs, <c>check</c> fails.</summary>
    Defect,

    /// <summary>The start, or the reload.</summary>
    Error,
}
