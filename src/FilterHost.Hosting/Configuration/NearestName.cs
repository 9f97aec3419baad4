namespace FilterHost.Hosting.Configuration;

/// <summary>The name that was probably meant.</summary>
internal static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>The candidate that differs least, or null if none is near: at most a third of the letters may differ.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > LongestCompared)
            return null;
        var (nearest, least) = ((string?)null, Math.Max(1, name.Length / 3) + 1);
        foreach (var candidate in candidates.Where(candidate => candidate.Length <= LongestCompared))
        {
            var distance = Distance(name, candidate);
            if (distance < least)
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>"; did you mean 'x'?", or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) => Of(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    // Optimal string alignment: insertion, removal, replacement, and two letters swapped, cost 1 each.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[left.Length, right.Length];
    }
}
