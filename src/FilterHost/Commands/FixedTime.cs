using System.CommandLine;
using System.Globalization;

namespace FilterHost.Commands;

/// <summary>A clock that stands still at the moment that the command line names; waiting takes its time all the same.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public static Option<string?> Option { get; } = new("--time", "-F") { Description = "The moment that counts as now, for t= and x= of signatures: seconds since 1970 or such as 2026-11-24T18:00:00Z." };

    public override DateTimeOffset GetUtcNow() => now;

    /// <summary>The clock that the command line asks for; null, with a message, where it names no moment.</summary>
    public static TimeProvider? Of(ParseResult arguments)
    {
        if (arguments.GetValue(Option) is not { } text)
            return System;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return new FixedTime(DateTimeOffset.FromUnixTimeSeconds(seconds));
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            return new FixedTime(moment);
        Console.Error.WriteLine($"filterhost: '{text}' is no moment: seconds since 1970, or such as 2026-11-24T18:00:00Z");
        return null;
    }
}
