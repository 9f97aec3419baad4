namespace FilterHost.Observation;

/// <summary>The comparison of a log, message by message. What it keeps is bounded, however long the log is.</summary>
/// <param name="authservIds">Those of the daemons in front; none where they are to be learnt.</param>
/// <param name="found">Told of each difference, with the queue id.</param>
internal sealed class LogComparison(IReadOnlyList<string> authservIds, Action<string?, Difference>? found = null)
{
    // The first messages are kept until it is known what is compared: that many, or of that many octets.
    private const int MostFirst = 1000;
    private const long MostFirstOctets = 32 * 1024 * 1024;

    // There are as many sorts as pairs of words; a daemon that puts values in place of words shall not fill the memory.
    private const int MostGroups = 1000;

    // Line numbers of broken lines.
    private const int MostPlaces = 20;

    private readonly List<ObservedMessage> _first = [];
    private readonly Dictionary<(DifferenceKind, string, string, string, string?), DifferenceGroup> _groups = [];
    private readonly List<string> _unreadable = [];
    private readonly SignatureComparison _signatures = new();
    private long _firstOctets;

    /// <summary>The daemons in front; known at the end.</summary>
    public FrontDaemons? Daemons { get; private set; }

    public long Messages { get; private set; }

    /// <summary>Messages without a difference.</summary>
    public long Equal => Messages - Differing - Aborted - Reentered - Cut;

    /// <summary>Messages with one difference or more.</summary>
    public long Differing { get; private set; }

    /// <summary>Messages that the MTA gave up before their end.</summary>
    public long Aborted { get; private set; }

    /// <summary>Messages that came back from a content filter or a local program, which are not judged again.</summary>
    public long Reentered { get; private set; }

    /// <summary>Messages with a signature or a result that is too long for the log.</summary>
    public long Cut { get; private set; }

    /// <summary>Clients that would have been passed whole.</summary>
    public long Passed { get; private set; }

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Where the first of them are, and what is wrong.</summary>
    public IReadOnlyList<string> UnreadablePlaces => _unreadable;

    /// <summary>Differences of sorts beyond those that are kept.</summary>
    public long FurtherSorts { get; private set; }

    /// <summary>The differences by sort, kind by kind, the most frequent first.</summary>
    public IReadOnlyList<DifferenceGroup> Groups => [.. _groups.Values.OrderBy(group => group.First.Kind).ThenByDescending(group => group.Count)];

    public bool IsEqual => _groups.Count == 0;

    /// <summary>Reads a log to its end.</summary>
    /// <param name="stream">The log.</param>
    /// <param name="name">How its lines are named.</param>
    public void Read(Stream stream, string name)
    {
        var lines = new LogLines(stream);
        while (lines.Read())
        {
            if (lines.IsTooLong)
                AddUnreadable($"{name}:{lines.Number}: too long");
            else if (ObservationLine.TryFind(lines.Line, out var json))
                Add(ObservationLine.Read(json, out var reason), json.Length, $"{name}:{lines.Number}: {reason}");
        }
    }

    /// <summary>Compares what was kept back.</summary>
    public void Finish()
    {
        if (Daemons is null)
            Learn();
    }

    private void Add(ObservedMessage? message, int length, string place)
    {
        if (message is null)
        {
            AddUnreadable(place);
            return;
        }
        if (Daemons is not null)
        {
            Compare(message);
            return;
        }
        _first.Add(message);
        _firstOctets += length;
        if (_first.Count == MostFirst || _firstOctets > MostFirstOctets)
            Learn();
    }

    private void AddUnreadable(string place)
    {
        Unreadable++;
        if (_unreadable.Count < MostPlaces)
            _unreadable.Add(place);
    }

    private void Learn()
    {
        Daemons = FrontDaemons.Of(authservIds, _first);
        _first.ForEach(Compare);
        _first.Clear();
    }

    private void Compare(ObservedMessage message)
    {
        if (message is { IsConnection: true, Verdict: "accept" })
        {
            Passed++;
            return;
        }
        Messages++;
        Difference[] differences = [.. VerdictComparison.Compare(message), .. CompareWhole(message)];
        foreach (var difference in differences)
            Add(message.QueueId, difference);
        if (differences.Length > 0)
            Differing++;
        else if (message.Verdict == "aborted")
            Aborted++;
        else if (message.Origin == "reentered")
            Reentered++;
        else if (message.IsCut)
            Cut++;
    }

    private IEnumerable<Difference> CompareWhole(ObservedMessage message) =>
        message.Verdict == "aborted" || message.IsCut ? [] : [.. ResultComparison.Compare(message, Daemons!), .. _signatures.Compare(message)];

    private void Add(string? queueId, Difference difference)
    {
        found?.Invoke(queueId, difference);
        var reason = KnownReasons.Of(difference);
        var key = (difference.Kind, difference.Detail, difference.HasWords ? difference.Theirs : "", difference.HasWords ? difference.Ours : "", reason);
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count == MostGroups)
            {
                FurtherSorts++;
                return;
            }
            _groups[key] = group = new DifferenceGroup(difference, reason);
        }
        group.Add(queueId, difference);
    }
}
