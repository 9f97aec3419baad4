namespace FilterHost.Examples.RateLimit;

/// <summary>Counts in memory, for one host.</summary>
internal sealed class MemoryCounter(RateLimitSettings settings, TimeProvider time) : ICounter
{
    private readonly Lock _lock = new();
    private Dictionary<string, int> _current = [];
    private Dictionary<string, int> _previous = [];
    private long _index;

    public ValueTask<CountOutcome> CountAsync(string key, int amount, CancellationToken cancellationToken) => new(Count(key, amount));

    private CountOutcome Count(string key, int amount)
    {
        var window = Window.At(time.GetUtcNow(), settings.Period);
        lock (_lock)
        {
            MoveTo(window.Index);
            var count = _current.GetValueOrDefault(key);
            if (_previous.GetValueOrDefault(key) * window.PreviousPart + count + amount > settings.Limit)
                return CountOutcome.OverLimit.Instance;
            if (count == 0 && _current.Count >= settings.TableSize)
                return new CountOutcome.Unavailable($"more than table_size = {settings.TableSize} are counted");
            _current[key] = count + amount;
            return CountOutcome.Counted.Instance;
        }
    }

    // Whatever a period counted goes with it, so nothing is ever searched for what is old. A clock that was put back stays in the period it is in.
    private void MoveTo(long index)
    {
        if (index <= _index)
            return;
        _previous = index == _index + 1 ? _current : [];
        _current = [];
        _index = index;
    }
}
