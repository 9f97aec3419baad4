using System.Text.Json;
using FilterHost.Observation;

namespace FilterHost.Commands;

/// <summary>A comparison for programs.</summary>
internal static class ComparisonJson
{
    // What is written goes on when there is this much of it.
    private const int Enough = 64 * 1024;

    public static void WriteOne(Utf8JsonWriter writer, string? queueId, Difference difference)
    {
        writer.WriteStartObject();
        writer.WriteString("queue_id", queueId);
        writer.WriteString("kind", ComparisonText.NameOf(difference));
        writer.WriteString("subject", difference.Subject);
        writer.WriteString("theirs", difference.Theirs);
        writer.WriteString("ours", difference.Ours);
        writer.WriteString("their_reason", difference.TheirReason);
        writer.WriteString("our_reason", difference.OurReason);
        writer.WriteString("explanation", KnownReasons.Of(difference));
        writer.WriteEndObject();
        if (writer.BytesPending > Enough)
            writer.Flush();
    }

    public static void Write(Utf8JsonWriter writer, LogComparison comparison)
    {
        writer.WriteNumber("messages", comparison.Messages);
        writer.WriteNumber("equal", comparison.Equal);
        writer.WriteNumber("different", comparison.Differing);
        writer.WriteNumber("aborted", comparison.Aborted);
        writer.WriteNumber("reentered", comparison.Reentered);
        writer.WriteNumber("cut", comparison.Cut);
        writer.WriteNumber("passed_clients", comparison.Passed);
        writer.WriteNumber("unreadable", comparison.Unreadable);
        writer.WriteTexts("unreadable_lines", comparison.UnreadablePlaces);
        writer.WriteTexts("authserv_ids", comparison.Daemons!.AuthservIds);
        writer.WriteTexts("methods", comparison.Daemons.Methods);
        writer.WriteTexts("methods_not_compared", comparison.Daemons.NotCompared);
        writer.WriteNumber("further", comparison.FurtherSorts);
        writer.WriteStartArray("groups");
        foreach (var group in comparison.Groups)
            Write(writer, group);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, DifferenceGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", ComparisonText.NameOf(group.First));
        writer.WriteString("theirs", group.First.HasWords ? group.First.Theirs : null);
        writer.WriteString("ours", group.First.HasWords ? group.First.Ours : null);
        writer.WriteNumber("count", group.Count);
        writer.WriteString("explanation", group.KnownReason);
        writer.WriteStartArray("examples");
        foreach (var (queueId, difference) in group.Examples)
            WriteOne(writer, queueId, difference);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
