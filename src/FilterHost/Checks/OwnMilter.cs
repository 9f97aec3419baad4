using FilterHost.Hosting.Generations;
using FilterHost.Milter;

namespace FilterHost.Checks;

/// <summary>A listener of ours as one of the MTA's milters.</summary>
internal sealed record OwnMilter(ListenerPlan Plan, MilterAddress Address)
{
    public static IReadOnlyList<OwnMilter> Of(IEnumerable<ListenerPlan> listeners) =>
        [.. listeners.Where(plan => plan.Listener.Address is not null).Select(plan => new OwnMilter(plan, plan.Listener.Address!))];

    /// <summary>True where nothing comes of what the filters say.</summary>
    public bool Observes => Plan.Pipeline.IsObserved;

    /// <summary>True where a filter signs mail.</summary>
    public bool Signs => Plan.Pipeline.Members.Any(member => member.Traits.SignsBody || member.Traits.SignsFields.Count > 0);

    /// <summary>True where a filter judges mail by results of its own.</summary>
    public bool Judges => Plan.Pipeline.Members.Any(member => member.Traits.Publishes.Count > 0);

    /// <summary>The filter that may ask for quarantine, or null.</summary>
    public string? Quarantining => Observes ? null : Plan.Pipeline.Members.FirstOrDefault(member => member.Traits.Quarantines)?.Name;

    public override string ToString() => Plan.Listener.Socket;
}
