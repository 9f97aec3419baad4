namespace FilterHost.Testing;

/// <summary>A clock whose time of day stands still; timestamps and timers are the system's.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
