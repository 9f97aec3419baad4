using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Generations;

/// <summary>What outlives a generation, since the mail in hand does.</summary>
internal sealed class HostMemory(TimeProvider time)
{
    /// <summary>What the listeners leave each other.</summary>
    public ResultsLedger Ledger { get; } = new(time);

    /// <summary>The memory for the bodies of all messages.</summary>
    public BodyBudget Bodies { get; } = new();
}
