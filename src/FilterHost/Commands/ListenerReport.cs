using System.Globalization;
using System.Text.Json;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Commands;

/// <summary>A listener as it will run: its filters in their order, with what they declare, and what is asked of the MTA.</summary>
internal sealed class ListenerReport(ListenerPlan plan)
{
    private readonly FilterPipeline _pipeline = plan.Pipeline;
    private readonly MilterNegotiation _negotiation = PipelineNegotiation.For(plan.Pipeline);

    public void Print()
    {
        Console.WriteLine(plan.Listener.Socket);
        if (_pipeline.IsObserved)
            Console.WriteLine("  only observes: what its filters would do is logged; the MTA hears only Continue, and nothing is edited, signed, held or refused");
        foreach (var member in _pipeline.ConnectionMembers)
            Console.WriteLine($"  {member.Guard.Name} ({member.Instance.Plugin}, connection): on error {Words.Of(member.Guard.OnError)}");
        foreach (var member in _pipeline.Members)
            Console.WriteLine($"  {member.Name} ({member.Instance.Plugin}): {string.Join("; ", [.. Sentences(member.Traits), $"on error {Words.Of(member.Guard.OnError)}"])}");
        Console.WriteLine($"  must be granted: {Join(MilterWords.Of(PipelineNegotiation.NeededActions(_pipeline)), "nothing")}");
        Console.WriteLine($"  steps: {Join(MilterWords.Of(_negotiation.Steps), "all")}{(_pipeline.KeepsBody ? "; the body is kept until end of message" : "")}");
        foreach (var list in _negotiation.MacroLists)
            Console.WriteLine($"  macros at {MilterWords.Of(list.Stage)}: {string.Join(' ', list.Names)}");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("socket", plan.Listener.Socket);
        writer.WriteBoolean("observe", _pipeline.IsObserved);
        WriteClients(writer);
        writer.WriteStartArray("filters");
        foreach (var member in _pipeline.ConnectionMembers)
            WriteFilter(writer, member.Guard, member.Instance.Plugin, traits: null);
        foreach (var member in _pipeline.Members)
            WriteFilter(writer, member.Guard, member.Instance.Plugin, member.Traits);
        writer.WriteEndArray();
        writer.WriteBoolean("writes_results", _pipeline.PublishesResults);
        writer.WriteBoolean("reads_body", _pipeline.ReadsBody);
        writer.WriteBoolean("keeps_body", _pipeline.KeepsBody);
        WriteNegotiation(writer);
        writer.WriteEndObject();
    }

    private void WriteClients(Utf8JsonWriter writer)
    {
        var clients = _pipeline.Clients;
        writer.WriteTexts("internal", clients.Internal.Patterns.Select(Describe));
        writer.WriteTexts("internal_daemons", clients.InternalDaemons);
        writer.WriteTexts("internal_macros", clients.InternalMacros.Select(condition => condition.ToString()));
        writer.WriteTexts("peers", clients.Peers.Patterns.Select(Describe));
    }

    private static string Describe(HostPattern pattern) =>
        pattern.Entries.Count == 1 ? pattern.Text : string.Create(CultureInfo.InvariantCulture, $"{pattern.Text} ({pattern.Entries.Count} hosts)");

    private static IEnumerable<string> Sentences(FilterTraits traits)
    {
        (string Verb, IEnumerable<string> What)[] sentences =
        [
            ("needs", traits.Needs),
            ("uses", traits.Uses),
            ("publishes", traits.Publishes),
            ("signs", [.. traits.SignsFields.Count > 0 ? (string[])["header fields"] : [], .. traits.SignsBody ? (string[])["body"] : []]),
            ("may edit", [.. traits.EditsFields.Select(field => field == "*" ? "any header field" : field), .. traits.EditsBody ? (string[])["body"] : [], .. traits.EditsEnvelope ? (string[])["envelope"] : []]),
        ];
        foreach (var (verb, what) in sentences)
        {
            if (what.Any())
                yield return $"{verb} {string.Join(", ", what)}";
        }
        if (traits.Quarantines)
            yield return "may quarantine";
        if (traits.NeedsWholeMessage)
            yield return "reads the whole message at its end";
    }

    private static void WriteFilter(Utf8JsonWriter writer, FilterGuard guard, string plugin, FilterTraits? traits)
    {
        writer.WriteStartObject();
        writer.WriteString("name", guard.Name);
        writer.WriteString("plugin", plugin);
        writer.WriteString("kind", traits is null ? "connection" : "message");
        writer.WriteString("on_error", Words.Of(guard.OnError));
        if (guard.TimeLimit is { } limit)
            writer.WriteString("time_limit", Duration.Format(limit));
        if (traits is not null)
            WriteTraits(writer, traits);
        writer.WriteEndObject();
    }

    private static void WriteTraits(Utf8JsonWriter writer, FilterTraits traits)
    {
        writer.WriteTexts("needs", traits.Needs);
        writer.WriteTexts("uses", traits.Uses);
        writer.WriteTexts("publishes", traits.Publishes);
        writer.WriteTexts("edits_fields", traits.EditsFields);
        writer.WriteBoolean("edits_body", traits.EditsBody);
        writer.WriteBoolean("edits_envelope", traits.EditsEnvelope);
        writer.WriteBoolean("quarantines", traits.Quarantines);
        writer.WriteTexts("signs_fields", traits.SignsFields);
        writer.WriteBoolean("signs_body", traits.SignsBody);
        writer.WriteBoolean("needs_whole_message", traits.NeedsWholeMessage);
        WriteMacros(writer, traits.Macros);
    }

    private void WriteNegotiation(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("negotiation");
        writer.WriteTexts("actions", MilterWords.Of(_negotiation.Actions));
        writer.WriteTexts("needed_actions", MilterWords.Of(PipelineNegotiation.NeededActions(_pipeline)));
        writer.WriteTexts("steps", MilterWords.Of(_negotiation.Steps));
        WriteMacros(writer, _negotiation.MacroLists);
        writer.WriteEndObject();
    }

    private static void WriteMacros(Utf8JsonWriter writer, IEnumerable<MacroRequest> requests)
    {
        writer.WriteStartObject("macros");
        foreach (var stage in requests.GroupBy(request => request.Stage))
            writer.WriteTexts(MilterWords.Of(stage.Key), stage.SelectMany(request => request.Names));
        writer.WriteEndObject();
    }

    private static string Join(IEnumerable<string> words, string none) => string.Join(' ', words) is { Length: > 0 } text ? text : none;
}
