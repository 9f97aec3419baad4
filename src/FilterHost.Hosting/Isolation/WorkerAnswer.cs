using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Isolation;

/// <summary>A worker's answer to an order, or to the word to start.</summary>
internal sealed record WorkerAnswer
{
    /// <summary>True where it goes on.</summary>
    public bool IsGood { get; init; }

    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>What the plugin's filters declare, as if they were one.</summary>
    public FilterTraits Traits { get; init; } = new();

    /// <summary>The stages at which the host calls for them.</summary>
    public IReadOnlyList<FilterStage> Stages { get; init; } = [];

    public bool OverridesConnect { get; init; }

    public bool OverridesHelo { get; init; }

    public bool OverridesUnknownCommand { get; init; }
}
