using System.CommandLine;
using System.Globalization;
using FilterHost.Checks;
using FilterHost.Dns;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys test</c>, in place of opendkim-testkey.</summary>
internal static class KeysTestCommand
{
    private static readonly Option<string?> KeyPath = new("--key", "-k") { Description = "The file of the private key, in place of the stores of the settings; -d and -s are then needed." };

    public static Command Create()
    {
        var command = new Command("test", "Compare keys with their records in DNS. 0 if all that sign are good, 75 if no more is wrong than that DNS does not answer, else 65.")
        {
            KeyStores.Store, KeySelection.Domain, KeySelection.Selector, KeyPath, NameServices.ZoneFile, NameServices.Servers,
        };
        command.SetAction((arguments, token) => arguments.GetValue(KeyPath) is { } path
            ? TestFileAsync(arguments, path, token)
            : KeyStores.WithAllAsync(arguments, (preparation, stores) => TestStoresAsync(arguments, preparation, stores, token), token));
        return command;
    }

    /// <summary>The word for a state.</summary>
    public static string WordOf(PublishedKeyState state) => state switch
    {
        PublishedKeyState.Good => "ok",
        PublishedKeyState.Missing => "missing",
        PublishedKeyState.Wrong => "wrong",
        PublishedKeyState.Revoked => "revoked",
        PublishedKeyState.Unreachable => "unreachable",
        _ => "unusable",
    };

    private static async Task<int> TestStoresAsync(ParseResult arguments, Preparation preparation, IReadOnlyList<PluginInstance> stores, CancellationToken token)
    {
        await using var names = await NameServices.OpenAsync(arguments, preparation, token);
        if (names is null)
            return ExitCode.Configuration;
        var lookup = new PublishedKeyLookup(names.Resolvers);
        var findings = new List<PublishedKeyFinding>();
        foreach (var store in stores)
        {
            if (KeySelection.Select(arguments, await KeyStores.AdministrationOf(store).ListAsync(token)) is not { } keys)
                return ExitCode.Usage;
            findings.AddRange(await lookup.FindAsync(store, keys, token));
        }
        return Print(arguments, findings);
    }

    private static async Task<int> TestFileAsync(ParseResult arguments, string path, CancellationToken token)
    {
        if (!KeySelection.TryParseDomain(arguments.GetValue(KeySelection.Domain), out var domain))
            return ExitCode.Usage;
        if (domain is null || arguments.GetValue(KeySelection.Selector) is not { } selector)
        {
            Console.Error.WriteLine("filterhost: with -k name the domain with -d and the selector with -s");
            return ExitCode.Usage;
        }
        await using var preparation = Preparation.ReadSettingsIfAny(arguments);
        await using var names = await NameServices.OpenAsync(arguments, preparation, token);
        if (names is null)
            return ExitCode.Configuration;
        var reading = KeyFile.Read(path, checkPermissions: false);
        if (reading.Problem is null && KeyFile.Read(path, checkPermissions: true).Problem is { } unsafety)
            Console.Error.WriteLine($"filterhost: warning: {unsafety}");
        return Print(arguments, [await new PublishedKeyLookup(names.Resolvers).FindAsync(KeyFolder.Describe(domain, selector, path, reading), signing: null, token)]);
    }

    private static int Print(ParseResult arguments, List<PublishedKeyFinding> findings)
    {
        if (arguments.GetValue(CommandLine.Json))
            PrintJson(findings);
        else
            foreach (var finding in findings)
                Console.WriteLine(TextOf(finding));
        var bad = findings.Where(static finding => finding.Key.State == SigningKeyState.Active && finding.State != PublishedKeyState.Good).ToArray();
        // A test of nothing must not look like a success to who named what to test.
        if (findings.Count == 0 && (arguments.GetValue(KeySelection.Domain) ?? arguments.GetValue(KeySelection.Selector)) is not null)
            return ExitCode.Data;
        return bad.Length == 0 ? ExitCode.Ok
            : bad.All(static finding => finding.State == PublishedKeyState.Unreachable) ? ExitCode.Temporary
            : ExitCode.Data;
    }

    private static string TextOf(PublishedKeyFinding finding)
    {
        var key = finding.Key;
        var text = $"{WordOf(finding.State)}: {finding.Name} ({KeyOutput.StateOf(key)}, {KeyOutput.AlgorithmOf(key)}, {string.Create(CultureInfo.InvariantCulture, $"{key.Bits} bits")}{SecurityOf(finding)})";
        if (finding.Problem is not null)
            text += $" {finding.Problem}";
        if (finding.State is PublishedKeyState.Missing or PublishedKeyState.Wrong && key.State != SigningKeyState.Retired)
            text += $"\n  publish: {KeyRecordText.ToZoneLine(key)}";
        foreach (var remark in finding.Remarks)
            text += $"\n  it {remark}";
        return finding.IsWeak ? text + "\n  it is weak: RSA keys should have 2048 bits" : text;
    }

    private static string SecurityOf(PublishedKeyFinding finding) => finding.Security == DnsSecurity.Unknown ? "" : $", DNSSEC {WordOf(finding.Security)}";

    private static string WordOf(DnsSecurity security) => security switch
    {
        DnsSecurity.Secure => "secure",
        DnsSecurity.Bogus => "bogus",
        _ => "unknown",
    };

    private static void PrintJson(List<PublishedKeyFinding> findings) => JsonOutput.Write(writer =>
    {
        writer.WriteStartArray("keys");
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            KeyOutput.Write(writer, finding.Key);
            writer.WriteString("result", WordOf(finding.State));
            writer.WriteString("reason", finding.Problem);
            writer.WriteTexts("remarks", finding.Remarks);
            writer.WriteBoolean("test_mode", finding.IsTesting);
            writer.WriteBoolean("weak", finding.IsWeak);
            writer.WriteString("dnssec", WordOf(finding.Security));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
