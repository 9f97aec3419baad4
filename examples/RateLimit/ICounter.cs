namespace FilterHost.Examples.RateLimit;

/// <summary>Counts what came within the last period.</summary>
internal interface ICounter
{
    ValueTask<CountOutcome> CountAsync(string key, int amount, CancellationToken cancellationToken);
}
