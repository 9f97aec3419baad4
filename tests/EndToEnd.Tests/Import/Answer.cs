using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Milter;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>What a milter made of a message, in a form in which two milters can be compared.</summary>
/// <param name="Reply">accepted, or how it was refused.</param>
/// <param name="Signatures">Whole signature fields, from the top.</param>
/// <param name="Results">Results with their properties.</param>
/// <param name="Removed">Authentication-Results fields that were removed, by their numbers.</param>
internal sealed partial record Answer(string Reply, IReadOnlyList<string> Signatures, IReadOnlyList<string> Results, IReadOnlyList<string> Removed)
{
    public static Answer Of(MilterResponse final)
    {
        var (signatures, results, other) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var edit in final.Edits)
        {
            switch (edit)
            {
                case MilterEdit.InsertHeader insert when Name(insert.Name) is "dkim-signature":
                    signatures.Insert(0, Latin1(insert.Value));
                    break;
                case MilterEdit.InsertHeader insert when Name(insert.Name) is "authentication-results":
                    results.AddRange(ResultsOf(Latin1(insert.Value)));
                    break;
                case MilterEdit.ChangeHeader { Value.IsEmpty: true } removal:
                    other.Add($"{Name(removal.Name)} {removal.Index}");
                    break;
                case MilterEdit.Quarantine:
                    other.Add("quarantine");
                    break;
                default:
                    other.Add(edit.ToString());
                    break;
            }
        }
        results.Sort(StringComparer.Ordinal);
        other.Sort(StringComparer.Ordinal);
        // Nothing of it reaches a message that is refused.
        var isRefused = final.Kind is not (MilterReplyKind.Accept or MilterReplyKind.Continue);
        return isRefused ? new Answer(ReplyOf(final), [], [], []) : new Answer("accepted", signatures, results, other);
    }

    /// <summary>Signatures without what differs from second to second.</summary>
    public IEnumerable<string> TimelessSignatures => Signatures.Select(signature => Timely().Replace(Spaces().Replace(signature, ""), ""));

    /// <summary>The times of the signatures.</summary>
    public string Times => string.Join(' ', Signatures.Select(signature => Time().Match(signature).Value));

    public override string ToString() => $"{Reply}\n  {string.Join("\n  ", TimelessSignatures)}\n  {string.Join("\n  ", Results)}\n  {string.Join("\n  ", Removed)}";

    // OpenDKIM leaves the words of some replies to the MTA.
    private static string ReplyOf(MilterResponse final) => final.Kind switch
    {
        MilterReplyKind.Reject => "550",
        MilterReplyKind.TempFail => "451",
        MilterReplyKind.Discard => "discarded",
        // Ours names the filter at the end.
        _ => Filter().Replace(Latin1(final.Text), ""),
    };

    private static IEnumerable<string> ResultsOf(string value)
    {
        // OpenDMARC names no policy, and of smtp.mailfrom the domain alone; both are as RFC 8601 has it.
        // A value with a slash in it is quoted by us.
        var plain = OnlyOurs().Replace(Reason().Replace(Comment().Replace(value, ""), ""), "").Replace("\"", "", StringComparison.Ordinal);
        var parts = plain.Split(';', StringSplitOptions.TrimEntries);
        // OpenDKIM's build has ATPS, an experiment that nobody uses.
        return parts.Skip(1).Where(part => part is not ("" or "none") && !part.StartsWith("dkim-atps", StringComparison.Ordinal))
            .Select(part => $"{parts[0].Trim()} {string.Join(' ', part.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))}");
    }

    private static string Name(ReadOnlyMemory<byte> name) => Latin1(name).ToLowerInvariant();

    private static string Latin1(ReadOnlyMemory<byte> octets) => Encoding.Latin1.GetString(octets.Span);

    [GeneratedRegex(@" \[[a-z]+\]$", RegexOptions.CultureInvariant)]
    private static partial Regex Filter();

    [GeneratedRegex(@"\bt=\d+;|\bx=\d+;|\bb=[A-Za-z0-9+/=]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Timely();

    [GeneratedRegex(@"\bt=\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"policy\.dmarc=\S+|(?<=smtp\.mailfrom=)[^@;\s]+@", RegexOptions.CultureInvariant)]
    private static partial Regex OnlyOurs();

    [GeneratedRegex("reason=\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Reason();
}
