using System.Globalization;
using FilterHost.Observation;

namespace FilterHost.Commands;

/// <summary>A comparison for people.</summary>
internal static class ComparisonText
{
    public static void WriteOne(TextWriter output, string? queueId, Difference difference) =>
        output.WriteLine(Clean($"{queueId ?? Difference.Nothing} {NameOf(difference)}: {difference.Theirs} in front, {difference.Ours} here; {Particulars(difference, withValues: false)}".TrimEnd(' ', ';')));

    public static void Write(TextWriter output, LogComparison comparison)
    {
        foreach (var line in Summary(comparison))
            output.WriteLine(Clean(line));
        foreach (var group in comparison.Groups)
            Write(output, group);
        if (comparison.FurtherSorts > 0)
            output.WriteLine(Invariant($"\n{comparison.FurtherSorts} further differences, each of a sort of its own; --all lists them"));
    }

    private static IEnumerable<string> Summary(LogComparison comparison)
    {
        yield return Invariant($"messages: {comparison.Messages}, equal {comparison.Equal}, different {comparison.Differing}");
        var skipped = new[] { (comparison.Aborted, "given up by the MTA"), (comparison.Reentered, "came back and are not judged again"), (comparison.Cut, "with values too long for the log"), (comparison.Passed, "clients in peers") };
        if (skipped.Any(part => part.Item1 > 0))
            yield return $"not compared: {string.Join(", ", skipped.Where(part => part.Item1 > 0).Select(part => Invariant($"{part.Item1} {part.Item2}")))}";
        var daemons = comparison.Daemons!;
        var ids = daemons.AuthservIds.Count == 0 ? "no Authentication-Results in front; --authserv-id names its id" : $"{string.Join(", ", daemons.AuthservIds)}{(daemons.IsLearnt ? ", as most of the first messages say" : "")}";
        yield return $"in front: {ids}";
        yield return $"compared: {string.Join(", ", (string[])[.. daemons.Methods, "signatures", "verdicts"])}{(daemons.NotCompared.Count == 0 ? "" : $"; not: {string.Join(", ", daemons.NotCompared)}")}";
        if (comparison.Unreadable > 0)
            yield return Invariant($"lines that could not be read: {comparison.Unreadable}");
        foreach (var place in comparison.UnreadablePlaces)
            yield return $"  {place}";
        if (comparison.Unreadable > comparison.UnreadablePlaces.Count)
            yield return "  …";
    }

    private static void Write(TextWriter output, DifferenceGroup group)
    {
        var words = group.First.HasWords ? $"{group.First.Theirs} in front, {group.First.Ours} here" : "differs";
        output.WriteLine();
        output.WriteLine(Clean(Invariant($"{NameOf(group.First)}: {words}: {group.Count}")));
        if (group.KnownReason is { } reason)
            output.WriteLine($"  {reason}");
        foreach (var (queueId, difference) in group.Examples)
            output.WriteLine(Clean($"  {queueId ?? Difference.Nothing} {Particulars(difference, !difference.HasWords)}".TrimEnd()));
        if (group.Count > group.Examples.Count)
            output.WriteLine(Invariant($"  {group.Count - group.Examples.Count} more; --all lists them"));
    }

    /// <summary>The kind, or the method of a result.</summary>
    public static string NameOf(Difference difference) => difference.Kind switch
    {
        DifferenceKind.Result => difference.Detail,
        DifferenceKind.SignatureTag => $"signature {difference.Detail}",
        _ => Words.Of(difference.Kind),
    };

    private static string Particulars(Difference difference, bool withValues) => string.Join("; ", new[]
    {
        difference.Subject,
        withValues ? $"{difference.Theirs} in front, {difference.Ours} here" : null,
        difference.TheirReason is { } theirs ? $"in front: {theirs}" : null,
        difference.OurReason is { } ours ? $"here: {ours}" : null,
    }.Where(part => !string.IsNullOrEmpty(part)));

    // Values come from mail: none may begin a line of its own, or speak to the terminal of who reads.
    private static string Clean(string line) => string.Concat(line.Select(character => char.IsControl(character) ? '?' : character));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
