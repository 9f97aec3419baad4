using FilterHost.Dns;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Checks;

/// <summary>Compares keys with the records that DNS has for them.</summary>
/// <param name="resolvers">All of them are asked; the worst answer counts.</param>
internal sealed class PublishedKeyLookup(IReadOnlyList<IDnsResolver> resolvers)
{
    private const int KeysAtOnce = 16;

    /// <summary>Compares the keys of a store, several at a time, and gives what was found in their order.</summary>
    public async Task<PublishedKeyFinding[]> FindAsync(PluginInstance store, IReadOnlyList<SigningKeyDescription> keys, CancellationToken cancellationToken)
    {
        var finder = store.Provided.Contains(typeof(ISigningKeyStore)) ? (ISigningKeyStore)store.Offer(typeof(ISigningKeyStore)) : null;
        var found = new PublishedKeyFinding[keys.Count];
        await Parallel.ForAsync(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = KeysAtOnce, CancellationToken = cancellationToken }, async (index, token) =>
            found[index] = await FindAsync(keys[index], await SigningKeyAsync(finder, keys[index], token), token));
        return found;
    }

    /// <summary>Compares one key.</summary>
    public async Task<PublishedKeyFinding> FindAsync(SigningKeyDescription key, SigningKey? signing, CancellationToken cancellationToken)
    {
        if (key.Problem is not null)
            return new PublishedKeyFinding(key, PublishedKeyState.Unusable, $"is of a key that cannot be used: {key.Problem}");
        if (!DomainName.TryParseQueryName(KeyRecordText.NameOf(key), out var question))
            return new PublishedKeyFinding(key, PublishedKeyState.Wrong, "is no name that DNS can have. Choose a shorter selector.");
        var findings = new List<PublishedKeyFinding>();
        foreach (var resolver in resolvers)
            findings.Add(Judge(key, signing, await resolver.ResolveAsync(question, DnsRecordType.Txt, cancellationToken)));
        return findings.FirstOrDefault(static finding => finding.State != PublishedKeyState.Good) ?? findings[0];
    }

    private static PublishedKeyFinding Judge(SigningKeyDescription key, SigningKey? signing, DnsAnswer answer)
    {
        if (answer.IsTemporary)
            return new PublishedKeyFinding(key, PublishedKeyState.Unreachable, $"could not be looked up ({answer.Outcome})") { Signing = signing, Security = answer.Security };
        var records = answer.Records.OfType<DnsRecord.Text>().Select(text => KeyRecord.Parse(text.Value)).OfType<KeyRecord>().ToArray();
        var (state, problem) = PublishedKey.Judge(key, signing, records);
        return new PublishedKeyFinding(key, state, problem)
        {
            Signing = signing,
            Remarks = [.. PublishedKey.Remarks(records)],
            IsTesting = records.Any(static record => record.IsTesting),
            Security = answer.Security,
        };
    }

    private static async Task<SigningKey?> SigningKeyAsync(ISigningKeyStore? store, SigningKeyDescription key, CancellationToken cancellationToken)
    {
        if (store is null || key.State != SigningKeyState.Active || key.Problem is not null)
            return null;
        var query = new SigningQuery { AuthorDomain = key.SigningDomain, AuthorLocalPart = "postmaster" };
        return await store.FindKeysAsync(query, cancellationToken) is SigningKeys.Found found
            ? found.Keys.FirstOrDefault(candidate => candidate.SigningDomain.Equals(key.SigningDomain) && candidate.Selector == key.Selector)
            : null;
    }
}
