using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Generations;

/// <summary>A listener of a generation: its settings and its pipeline.</summary>
internal sealed record ListenerPlan(LocatedListener Listener, FilterPipeline Pipeline)
{
    /// <summary>The same pipeline, for a run that shows the whole message.</summary>
    public FilterPipeline KeepingEveryBody() => Pipeline.WithLimits(Pipeline.Limits with { KeepsEveryBody = true });
}
