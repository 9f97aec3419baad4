namespace FilterHost.Examples.RateLimit;

/// <summary>What came of counting a message.</summary>
internal abstract record CountOutcome
{
    /// <summary>It is within the limit, and counted.</summary>
    public sealed record Counted : CountOutcome
    {
        public static Counted Instance { get; } = new();
    }

    /// <summary>It is beyond the limit, and not counted.</summary>
    public sealed record OverLimit : CountOutcome
    {
        public static OverLimit Instance { get; } = new();
    }

    /// <summary>It cannot be counted.</summary>
    public sealed record Unavailable(string Reason) : CountOutcome;
}
