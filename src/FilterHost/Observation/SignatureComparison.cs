namespace FilterHost.Observation;

/// <summary>
/// The signatures that the daemon in front put on mail of this host's users, against those that we would have. A signature that such a message has when it reaches us was made in front if it is of
/// the domain of the reverse-path, of one above it, or of a domain that we have signed for before, and, where we would have signed, names a time close to that of ours.
/// </summary>
internal sealed class SignatureComparison
{
    // The daemons sign within the same second or two; a message that was signed elsewhere has been under way longer, as a rule.
    private const long MostSecondsApart = 300;

    // Bounds what is kept; who signs for more has other domains to see.
    private const int MostDomains = 100_000;

    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);

    public IReadOnlyList<Difference> Compare(ObservedMessage message)
    {
        // What we would refuse we do not sign.
        if (!message.IsOurs || message.Verdict is not ("accept" or "quarantine"))
            return [];
        var ours = message.SignaturesMade.Select(SignatureText.Read).OfType<SignatureText>().ToList();
        foreach (var signature in ours.Where(_ => _domains.Count < MostDomains))
            _domains.Add(signature.Domain);
        var theirs = message.SignaturesReceived.Select(SignatureText.Read).OfType<SignatureText>().Where(signature => IsMadeInFront(signature, ours, message)).ToList();
        var pairs = Pairs(theirs, ours).ToArray();
        return
        [
            .. pairs.SelectMany(pair => CompareTags(pair.Theirs, pair.Ours)),
            .. theirs.Select(signature => new Difference(DifferenceKind.Signature, signature.ToString(), "signed", Difference.Nothing)),
            .. ours.Select(signature => new Difference(DifferenceKind.Signature, signature.ToString(), Difference.Nothing, "signed")),
        ];
    }

    private bool IsMadeInFront(SignatureText signature, List<SignatureText> ours, ObservedMessage message) =>
        (_domains.Contains(signature.Domain) || IsSameOrBelow(message.From, signature.Domain)) && (ours.Count == 0 || ours.Exists(own => IsCloseTo(own.SignedAt, signature.SignedAt)));

    private static bool IsCloseTo(long? one, long? other) => one is null || other is null || Math.Abs(one.Value - other.Value) <= MostSecondsApart;

    private static bool IsSameOrBelow(string? path, string domain) =>
        path is not null && DomainName.TryParse(path.TrimStart('<').TrimEnd('>').Split('@')[^1], out var sender) && DomainName.TryParse(domain, out var signer) && sender.IsSameOrBelow(signer);

    // Takes out of both lists what is a pair: the same key, else another selector or algorithm of the same domain.
    private static IEnumerable<(SignatureText Theirs, SignatureText Ours)> Pairs(List<SignatureText> theirs, List<SignatureText> ours)
    {
        Func<SignatureText, string>[] keys =
        [
            static signature => signature.ToString(),
            static signature => $"{signature.Domain} {signature.Selector}",
            static signature => $"{signature.Domain} {signature.Algorithm}",
        ];
        foreach (var key in keys)
        {
            foreach (var one in theirs.ToArray())
            {
                if (ours.Find(other => key(other) == key(one)) is not { } other)
                    continue;
                theirs.Remove(one);
                ours.Remove(other);
                yield return (one, other);
            }
        }
    }

    private static IEnumerable<Difference> CompareTags(SignatureText theirs, SignatureText ours) =>
        theirs.Names.Union(ours.Names, StringComparer.Ordinal).Where(tag => theirs.Meaning(tag) != ours.Meaning(tag)).Select(tag => CompareTag(tag, theirs, ours));

    private static Difference CompareTag(string tag, SignatureText theirs, SignatureText ours)
    {
        var (one, other) = (theirs.Meaning(tag), ours.Meaning(tag));
        if (tag == "h")
            (one, other) = (OnlyIn(one, other), OnlyIn(other, one));
        return new Difference(DifferenceKind.SignatureTag, theirs.ToString(), OrNothing(one), OrNothing(other)) { Detail = $"{tag}=" };
    }

    // The names that stand more often in one list than in the other.
    private static string OnlyIn(string list, string other)
    {
        var rest = other.Split(':').ToList();
        return string.Join(':', list.Split(':').Where(name => !rest.Remove(name)));
    }

    private static string OrNothing(string value) => value.Length == 0 ? Difference.Nothing : value;
}
