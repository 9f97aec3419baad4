namespace FilterHost.Hosting.Pipeline;

/// <summary>Faults in words.</summary>
internal static class FaultWords
{
    /// <summary>What the filter did, after its name.</summary>
    public static string Of(FaultKind kind) => kind switch
    {
        FaultKind.Threw => "threw",
        FaultKind.Overran => "overran its time",
        FaultKind.Blocked => "blocks its thread",
        FaultKind.NoVerdict => "returned no verdict",
        FaultKind.Suspended => "is suspended",
        FaultKind.Uncaught => "threw on a thread of its own",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The value of the counter's tag <c>kind</c>.</summary>
    public static string TagOf(FaultKind kind) => kind switch
    {
        FaultKind.Threw => "threw",
        FaultKind.Overran => "overran",
        FaultKind.Blocked => "blocked",
        FaultKind.NoVerdict => "no_verdict",
        FaultKind.Suspended => "suspended",
        FaultKind.Uncaught => "uncaught",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
