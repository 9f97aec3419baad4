using FilterHost.Dns;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Checks;

/// <summary>Compares every key of every key store with the record that DNS has for it.</summary>
internal static class PublishedKeyCheck
{
    /// <summary>Runs the check; gives what is to be said where there is nothing to ask or to compare, else null.</summary>
    public static async Task<string?> RunAsync(Generation generation, LoadedSettings settings, ProblemList problems, CancellationToken cancellationToken)
    {
        var stores = generation.Instances.Where(instance => instance.Provided.Contains(typeof(ISigningKeyAdministration))).ToArray();
        if (stores.Length == 0)
            return null;
        if (generation.Instances.FirstOrDefault(instance => instance.Provided.Contains(typeof(IDnsResolver))) is not { } resolver)
            return "no service resolves names, so the keys were not compared with DNS";
        foreach (var store in stores)
        {
            var at = settings.Instances.First(table => table.Kind == InstanceKind.Service && table.Name == store.Name).Table.Location;
            try
            {
                await CompareAsync(store, (IDnsResolver)resolver.Offer(typeof(IDnsResolver)), at, problems, cancellationToken);
            }
            catch (Exception exception) when (exception is InvalidOperationException or ServiceFaultException)
            {
                problems.Add(ProblemSeverity.Defect, $"the keys were not compared with DNS: {exception.Message}", at);
            }
        }
        return null;
    }

    private static async Task CompareAsync(PluginInstance store, IDnsResolver resolver, SettingLocation at, ProblemList problems, CancellationToken cancellationToken)
    {
        var administration = (ISigningKeyAdministration)store.Offer(typeof(ISigningKeyAdministration));
        var keys = (await administration.ListAsync(cancellationToken)).Where(key => key.Problem is null).ToArray();
        foreach (var finding in await new PublishedKeyLookup([resolver]).FindAsync(store, keys, cancellationToken))
            foreach (var (severity, text) in ProblemsOf(finding))
                problems.Add(severity, text, at);
    }

    // What is not there may be published yet, and what waits to be used, or is used no more, may be without its record; a wrong record is wrong now.
    private static IEnumerable<(ProblemSeverity Severity, string Text)> ProblemsOf(PublishedKeyFinding finding) => finding switch
    {
        { State: PublishedKeyState.Unreachable } =>
            [(ProblemSeverity.Warning, $"{finding.Name} {finding.Problem}, so the key {finding.Key.Place} was not compared with DNS")],
        { Key.State: SigningKeyState.Retired } => [],
        { Problem: { } problem } =>
            [(finding.Signing is null || finding.State == PublishedKeyState.Missing ? ProblemSeverity.Warning : ProblemSeverity.Defect,
                $"{finding.Name} {problem} (key {finding.Key.Place}). Publish: {KeyRecordText.ToZoneLine(finding.Key)}")],
        _ => finding.Remarks.Select(remark => (ProblemSeverity.Warning, $"{finding.Name} {remark}")),
    };
}
