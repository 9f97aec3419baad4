namespace FilterHost.Examples.RateLimit;

/// <summary>
/// A moment within the periods that follow one another. The period before counts by the part of it that is less than one period ago, as if its messages had come evenly: two numbers tell
/// what a list of times would.
/// </summary>
/// <param name="Index">The number of the period.</param>
/// <param name="PreviousPart">The part of the period before that still counts, 0 to 1.</param>
internal readonly record struct Window(long Index, double PreviousPart)
{
    public static Window At(DateTimeOffset time, TimeSpan period)
    {
        var (index, elapsed) = Math.DivRem(time.UtcTicks, period.Ticks);
        return new Window(index, 1 - (double)elapsed / period.Ticks);
    }
}
