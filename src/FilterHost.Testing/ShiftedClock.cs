namespace FilterHost.Testing;

/// <summary>A clock whose time of day may be put on. All else is that of the clock in it.</summary>
internal sealed class ShiftedClock(TimeProvider clock) : TimeProvider
{
    private TimeSpan _shift;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public void PutOn(TimeSpan time) => _shift += time;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + _shift;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
