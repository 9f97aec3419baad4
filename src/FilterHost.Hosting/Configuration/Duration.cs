using System.Globalization;

namespace FilterHost.Hosting.Configuration;

/// <summary>A time span as the settings write it: a whole number with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal static class Duration
{
    // Largest first, so that the shortest form is found.
    private static readonly (string Unit, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    private static readonly long LongestMilliseconds = (long)TimeSpan.MaxValue.TotalMilliseconds;

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.AsSpan(digits).SequenceEqual(unit))
                continue;
            if (number > LongestMilliseconds / milliseconds)
                return false;
            duration = TimeSpan.FromMilliseconds(number * milliseconds);
            return true;
        }
        return false;
    }

    /// <summary>The shortest form that parses back, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        var total = (long)duration.TotalMilliseconds;
        if (total == 0)
            return "0s";
        var (unit, milliseconds) = Units.First(unit => total % unit.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{total / milliseconds}{unit}");
    }
}
