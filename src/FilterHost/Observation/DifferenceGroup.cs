namespace FilterHost.Observation;

/// <summary>Differences of one sort: how many there are, and the first of them.</summary>
internal sealed class DifferenceGroup(Difference first, string? knownReason)
{
    /// <summary>How many are kept.</summary>
    private const int MostExamples = 5;

    private readonly List<(string? QueueId, Difference Difference)> _examples = [];

    /// <summary>The one that began it, for kind and words.</summary>
    public Difference First => first;

    /// <summary>Why the two are known to differ, or null.</summary>
    public string? KnownReason => knownReason;

    public long Count { get; private set; }

    public IReadOnlyList<(string? QueueId, Difference Difference)> Examples => _examples;

    public void Add(string? queueId, Difference difference)
    {
        Count++;
        if (_examples.Count < MostExamples)
            _examples.Add((queueId, difference));
    }
}
