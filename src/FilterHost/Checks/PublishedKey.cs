using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Checks;

/// <summary>Says how the key records of a name differ from the key that they should be of.</summary>
internal static class PublishedKey
{
    /// <summary>What the records say of the key, and why its signatures do not verify; null where they do. To stand after the record's name.</summary>
    public static (PublishedKeyState State, string? Problem) Judge(SigningKeyDescription key, SigningKey? signing, IReadOnlyList<KeyRecord> records) =>
        // The order of records in an answer means nothing, so that ours may be any of them.
        (records.FirstOrDefault(record => record.Problem is null && IsSameKey(key, record)) ?? (records.Count > 0 ? records[0] : null)) switch
        {
            null => (PublishedKeyState.Missing, "has no key record, so no signature of the key verifies"),
            { Problem: { } problem } record => (record.IsRevoked ? PublishedKeyState.Revoked : PublishedKeyState.Wrong, $"has a record that no signature verifies with: {problem}{TagOf(record)}"),
            var record when record.Algorithm != key.Algorithm => (PublishedKeyState.Wrong, "has a key of another type (k=)"),
            var record when !IsSameKey(key, record) => (PublishedKeyState.Wrong, "has another key (p=)"),
            { ForbidsSubdomains: true } when IsBelow(signing) =>
                (PublishedKeyState.Wrong, $"has t=s, with which no signature verifies whose user identifier ({signing!.UserIdentifier}) has another domain"),
            _ => (PublishedKeyState.Good, null),
        };

    /// <summary>What deserves a look although signatures verify.</summary>
    public static IEnumerable<string> Remarks(IReadOnlyList<KeyRecord> records)
    {
        // RFC 6376 §3.6.2.2: "If the query for the public key returns multiple key records, the Verifier can choose one of the key records or may cycle through".
        if (records.Count > 1)
            yield return $"has {records.Count} key records, and a verifier may take any; leave one";
        // RFC 6376 §3.6.1, t=y: "Verifiers MUST NOT treat messages from Signers in testing mode differently from unsigned email".
        if (records.Any(static record => record.IsTesting))
            yield return "says that the key is under test (t=y), so mail counts as unsigned; take the flag away when the test is over";
    }

    // RFC 6376 §3.6.1 names the RSAPublicKey, everybody publishes the SubjectPublicKeyInfo, which ends with it.
    private static bool IsSameKey(SigningKeyDescription key, KeyRecord record) => record.Algorithm == key.Algorithm && (record.Algorithm == SigningAlgorithm.RsaSha256
        ? key.PublicKey.Span.EndsWith(record.PublicKey) && record.PublicKey.Length * 8 >= key.Bits
        : key.PublicKey.Span.SequenceEqual(record.PublicKey));

    private static string TagOf(KeyRecord record) => record.ProblemTag is { } tag ? $" ({tag})" : "";

    private static bool IsBelow(SigningKey? signing) =>
        signing?.UserIdentifier is { } identifier
        && DomainName.TryParse(identifier.AsSpan(identifier.LastIndexOf('@') + 1), out var domain)
        && !domain.Equals(signing.SigningDomain);
}
