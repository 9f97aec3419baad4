using FilterHost.Dns;
using FilterHost.Tests;
using YamlDotNet.RepresentationModel;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>One test of the suite of openspf.org for RFC 7208 (release 2014.04).</summary>
internal sealed record SpfSuiteCase(string Name, string Helo, string Host, string MailFrom, IReadOnlyList<string> Results, string? Explanation, YamlMappingNode ZoneData)
{
    public static IReadOnlyDictionary<string, SpfSuiteCase> Read()
    {
        var yaml = new YamlStream();
        using var file = File.OpenText(Path.Combine(ConformanceData.Folder("spf"), "rfc7208-tests.yml"));
        yaml.Load(file);
        return yaml.Documents.SelectMany(static document => CasesOf((YamlMappingNode)document.RootNode)).ToDictionary(static entry => entry.Name);
    }

    /// <summary>
    /// The zone as TXT alone has it. The suite was written when type SPF (99) existed: "Other sections rely on auto-magic duplication of SPF to TXT records". A name without TXT records gets
    /// its SPF records as TXT; "TXT: NONE" forbids that. TIMEOUT is the answer to every question that the name has no records for.
    /// </summary>
    public SpfZone Zone()
    {
        var zone = new SpfZone();
        foreach (var (name, entries) in ZoneData.Children)
        {
            var records = ((YamlSequenceNode)entries).Children;
            var hasText = records.Any(static record => record is YamlMappingNode mapping && Entry(mapping).Type == "TXT");
            foreach (var record in records)
            {
                if (record is YamlMappingNode mapping)
                    Add(zone, Text(name), Entry(mapping), hasText);
                else
                    zone.Fail(Text(name), null, Enum.Parse<DnsOutcome>(Text(record), ignoreCase: true));
            }
        }
        return zone;
    }

    private static void Add(SpfZone zone, string name, (string Type, YamlNode Value) entry, bool hasText)
    {
        switch (entry.Type)
        {
            case "SPF" when hasText:
            case "TXT" when entry.Value is YamlScalarNode { Value: "NONE" }:
                return;
            case "SPF" or "TXT":
                zone.Add(name, "TXT", entry.Value is YamlSequenceNode strings ? string.Concat(strings.Children.Select(Text)) : Text(entry.Value));
                return;
            case "MX":
                zone.Add(name, "MX", Text(((YamlSequenceNode)entry.Value).Children[1]));
                return;
            default:
                zone.Add(name, entry.Type, Text(entry.Value));
                return;
        }
    }

    private static IEnumerable<SpfSuiteCase> CasesOf(YamlMappingNode scenario)
    {
        foreach (var (name, node) in ((YamlMappingNode)scenario["tests"]).Children)
        {
            var test = (YamlMappingNode)node;
            IReadOnlyList<string> results = test["result"] is YamlSequenceNode several ? [.. several.Children.Select(Text)] : [Text(test["result"])];
            var explanation = test.Children.TryGetValue("explanation", out var text) ? Text(text) : null;
            yield return new SpfSuiteCase(Text(name), Text(test["helo"]), Text(test["host"]), Text(test["mailfrom"]), results, explanation, (YamlMappingNode)scenario["zonedata"]);
        }
    }

    private static (string Type, YamlNode Value) Entry(YamlMappingNode mapping) => (Text(mapping.Children[0].Key), mapping.Children[0].Value);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value ?? "";
}
