using FilterHost.Dns;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// What DNS says about the key of a signature. Where a name has several key records, of which RFC 6376 §3.6.2.2 says that results are undefined, each usable one of the first few is tried
/// and one that verifies is enough: the order of records in an answer means nothing.
/// </summary>
internal sealed class KeyLookup
{
    private const int MaximumRecords = 4;

    private readonly List<(KeyRecord Record, PublicKey Key)> _keys = new(1);

    private KeyLookup()
    {
    }

    public IReadOnlyList<(KeyRecord Record, PublicKey Key)> Keys => _keys;

    public DnsSecurity Security { get; private init; }

    /// <summary>The record of the first problem, for its flags; null where there is none.</summary>
    public KeyRecord? Rejected { get; private set; }

    public bool IsTemporary { get; private init; }

    /// <summary>Why there is no key; for use where <see cref="Keys"/> is empty.</summary>
    public string Problem { get; private set; } = "no key in DNS";

    /// <summary>The kind of the problem, where it has one.</summary>
    public DkimDefect? Defect { get; private set; } = DkimDefect.KeyMissing;

    public static KeyLookup From(DnsAnswer answer, DkimSignature signature, PublicKeyCache cache)
    {
        // RFC 6376 §6.1.2: no answer in time is temporary, no record is permanent.
        if (answer.Security is DnsSecurity.Bogus)
            return new KeyLookup { IsTemporary = true, Security = answer.Security, Problem = "key record does not validate by DNSSEC", Defect = DkimDefect.BogusKey };
        if (answer.IsTemporary)
            return new KeyLookup { IsTemporary = true, Security = answer.Security, Problem = "key could not be looked up", Defect = null };
        var lookup = new KeyLookup { Security = answer.Security };
        var records = 0;
        foreach (var record in answer.Records)
        {
            if (record is not DnsRecord.Text text || KeyRecord.Parse(text.Value) is not { } keyRecord)
                continue;
            if (++records > MaximumRecords)
                break;
            lookup.Add(keyRecord, signature, cache);
        }
        return lookup;
    }

    private void Add(KeyRecord record, DkimSignature signature, PublicKeyCache cache)
    {
        var problem = record.Problem ?? Mismatch(record, signature);
        if (problem is null && cache.Import(record.Algorithm, record.PublicKey, out problem) is { } key)
        {
            _keys.Add((record, key));
            return;
        }
        if (Rejected is not null)
            return;
        Rejected = record;
        Problem = problem!;
        Defect = DefectOf(record, problem);
    }

    private static DkimDefect? DefectOf(KeyRecord record, string? problem)
    {
        if (record.IsRevoked)
            return DkimDefect.KeyRevoked;
        return RsaPublicKey.IsTooShort(problem) ? DkimDefect.WeakKey : null;
    }

    private static string? Mismatch(KeyRecord record, DkimSignature signature)
    {
        if (record.Algorithm != signature.Algorithm)
            return "key is of another type than a=";
        return record.ForbidsSubdomains && !signature.IsUserOfSigningDomain ? "key forbids i= in a subdomain" : null;
    }
}
