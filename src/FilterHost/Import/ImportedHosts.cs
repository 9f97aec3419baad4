using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>InternalHosts, PeerList and IgnoreHosts, as our lists of hosts.</summary>
internal static class ImportedHosts
{
    /// <summary>The entries of our list; null where the set cannot be read. A file whose rows mean the same here stays a file, so that it can be edited there.</summary>
    public static IReadOnlyList<string>? Of(DataSet set, SettingsDraft draft, ProblemList problems)
    {
        if (set.Read(problems) is not { } rows)
        {
            draft.Warn("the list of hosts could not be read, and is left out", set.Location);
            return null;
        }
        if (set.Kind is DataSetKind.Patterns)
        {
            foreach (var row in rows.Where(row => row.Key.Contains('*', StringComparison.Ordinal)))
                draft.Warn($"the pattern {row.Key} of {row.Location.File} has no counterpart: write networks and .domains", set.Location);
            rows = [.. rows.Where(row => !row.Key.Contains('*', StringComparison.Ordinal))];
        }
        var never = rows.Where(row => Report(row, set, problems)).Select(row => row.Key).ToHashSet();
        var isPlain = set.Kind is DataSetKind.File && never.Count == 0 && rows.All(row => row.Value.Length == 0);
        if (isPlain)
        {
            draft.Files.Add(new NeededFile(set.Path!, IsKey: false, set.Location));
            return [$"file:{set.Path}"];
        }
        foreach (var row in never)
            draft.Remark($"{set.Location.Key}: the row {row} is left out, since OpenDKIM never matches it.");
        return [.. rows.Select(row => row.Key).Where(row => !never.Contains(row)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Names a row that the daemon never matches.</summary>
    public static bool Report(DataSetRow row, DataSet set, ProblemList problems)
    {
        if (HostRow.FindMismatch(row.Key) is not { } mismatch)
            return false;
        problems.Warning($"'{row.Key}' {mismatch}; OpenDKIM never matches this row", row.Location with { Key = set.Location.Key });
        return true;
    }
}
