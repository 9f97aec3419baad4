using System.Collections.Concurrent;
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
    private const int QuestionsAtOnce = 8;

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
        var finder = store.Provided.Contains(typeof(ISigningKeyStore)) ? (ISigningKeyStore)store.Offer(typeof(ISigningKeyStore)) : null;
        var keys = (await administration.ListAsync(cancellationToken)).Where(key => key.Problem is null).ToArray();
        var found = new ConcurrentBag<(int Index, ProblemSeverity Severity, string Text)>();
        await Parallel.ForAsync(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancellationToken }, async (index, token) =>
        {
            var signing = await SigningKeyAsync(finder, keys[index], token);
            foreach (var (severity, text) in await FindProblemsAsync(keys[index], signing, resolver, token))
                found.Add((index, severity, text));
        });
        foreach (var (_, severity, text) in found.OrderBy(problem => problem.Index))
            problems.Add(severity, text, at);
    }

    // The key as the store would sign with it now; null for one that waits, such as the next selector.
    private static async Task<SigningKey?> SigningKeyAsync(ISigningKeyStore? store, SigningKeyDescription key, CancellationToken cancellationToken)
    {
        if (store is null)
            return null;
        var query = new SigningQuery { AuthorDomain = key.SigningDomain, AuthorLocalPart = "postmaster" };
        return await store.FindKeysAsync(query, cancellationToken) is SigningKeys.Found found
            ? found.Keys.FirstOrDefault(candidate => candidate.SigningDomain.Equals(key.SigningDomain) && candidate.Selector == key.Selector)
            : null;
    }

    private static async Task<IReadOnlyList<(ProblemSeverity Severity, string Text)>> FindProblemsAsync(
        SigningKeyDescription key, SigningKey? signing, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var name = $"{key.Selector}._domainkey.{key.SigningDomain}";
        if (!DomainName.TryParseQueryName(name, out var question))
            return [(ProblemSeverity.Defect, $"{name} is no name that DNS can have. Choose a shorter selector.")];
        var answer = await resolver.ResolveAsync(question, DnsRecordType.Txt, cancellationToken);
        if (answer.IsTemporary)
            return [(ProblemSeverity.Warning, $"{name} could not be looked up ({answer.Outcome}), so the key {key.Place} was not compared with DNS")];
        var records = answer.Records.OfType<DnsRecord.Text>().Select(text => KeyRecord.Parse(text.Value)).OfType<KeyRecord>().ToArray();
        // What is not there may be published yet, and what waits to be used may wait for its record; a wrong record is wrong now.
        var severity = signing is null || records.Length == 0 ? ProblemSeverity.Warning : ProblemSeverity.Defect;
        if (PublishedKey.FindProblem(key, signing, records) is { } problem)
            return [(severity, $"{name} {problem} (key {key.Place}). Publish: {KeyRecordText.ToZoneLine(key)}")];
        return [.. PublishedKey.Remarks(records).Select(remark => (ProblemSeverity.Warning, $"{name} {remark}"))];
    }
}
