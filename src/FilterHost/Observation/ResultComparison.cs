namespace FilterHost.Observation;

/// <summary>The results of the daemons in front against ours, method by method. A result "none" on one side and nothing on the other are the same.</summary>
internal static class ResultComparison
{
    private static readonly string[] SignatureProperties = ["header.b", "header.d", "header.s", "header.a"];

    public static IEnumerable<Difference> Compare(ObservedMessage message, FrontDaemons daemons)
    {
        var fields = daemons.FieldsOf(message).Select(field => field.Results.Select(ObservedResult.Of).ToArray()).ToArray();
        if (message.IsOurs)
            return CompareOrigin(message, fields);
        if (message.Origin != "external")
            return [];
        if (message.AuthenticationResults.FirstOrDefault(daemons.IsUnreadable) is { } unreadable)
            return [new Difference(DifferenceKind.Field, unreadable, "unreadable", "")];
        // What is below the topmost field of a method is older, or forged.
        return daemons.Methods.SelectMany(method => Compare(
            method, Some(method, fields.FirstOrDefault(results => results.Any(result => result.Method == method)) ?? []), Some(method, message.Results)));
    }

    // We judge no mail of this host's users.
    private static IEnumerable<Difference> CompareOrigin(ObservedMessage message, ObservedResult[][] fields)
    {
        var judged = string.Join(", ", fields.SelectMany(results => results).Where(result => FrontDaemons.Compared.Contains(result.Method) && result.Word != "none").Select(result => $"{result.Method}={result.Word}"));
        return judged.Length == 0 ? [] : [new Difference(DifferenceKind.Origin, $"{message.Client}", "judged", message.Origin!) { TheirReason = judged }];
    }

    private static ObservedResult[] Some(string method, IEnumerable<ObservedResult> results) => [.. results.Where(result => result.Method == method && result.Word != "none")];

    private static IEnumerable<Difference> Compare(string method, ObservedResult[] theirs, ObservedResult[] ours) =>
        method == "dkim" ? CompareSignatures(theirs, ours) : CompareOne(theirs.FirstOrDefault(), OfSameIdentity(theirs.FirstOrDefault(), ours));

    private static IEnumerable<Difference> CompareSignatures(ObservedResult[] theirs, ObservedResult[] ours)
    {
        var rest = ours.ToList();
        // Those that say most of their signature choose first.
        foreach (var result in theirs.OrderByDescending(result => SignatureProperties.Count(property => result.ValueOf(property) is not null)))
        {
            var counterpart = rest.Where(other => Agreement(result, other) >= 0).MaxBy(other => (Agreement(result, other), other.Word == result.Word));
            if (counterpart is not null)
                rest.Remove(counterpart);
            foreach (var difference in CompareOne(result, counterpart))
                yield return difference;
        }
        foreach (var difference in rest.SelectMany(result => CompareOne(null, result)))
            yield return difference;
    }

    // How many properties say that both are of one signature; below 0 where one says that they are not.
    private static int Agreement(ObservedResult theirs, ObservedResult ours)
    {
        var agreement = 0;
        foreach (var property in SignatureProperties)
        {
            if (theirs.ValueOf(property) is not { } one || ours.ValueOf(property) is not { } other)
                continue;
            var isEqual = property == "header.b" ? IsPrefix(one, other) : string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
            // OpenDKIM 2.11 says header.a=rsa-sha1 of any signature that it does not get as far as verifying.
            if (!isEqual && property != "header.a")
                return -1;
            agreement += isEqual ? 1 : 0;
        }
        return agreement;
    }

    // RFC 6008 §4: at least the first eight characters; each may give as many as it likes.
    private static bool IsPrefix(string one, string other) => one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);

    // SPF has results for the reverse-path and for the HELO name.
    private static ObservedResult? OfSameIdentity(ObservedResult? theirs, ObservedResult[] ours) =>
        ours.FirstOrDefault(result => theirs is not null && (result.ValueOf("smtp.mailfrom") is null) == (theirs.ValueOf("smtp.mailfrom") is null)) ?? ours.FirstOrDefault();

    private static IEnumerable<Difference> CompareOne(ObservedResult? theirs, ObservedResult? ours)
    {
        if (theirs?.Word == ours?.Word)
            yield break;
        yield return new Difference(DifferenceKind.Result, SubjectOf(ours ?? theirs!), theirs?.Word ?? Difference.Nothing, ours?.Word ?? Difference.Nothing)
        {
            Detail = (ours ?? theirs!).Method,
            TheirReason = theirs?.Reason,
            OurReason = ours?.Reason,
        };
    }

    private static string SubjectOf(ObservedResult result) => string.Join(' ', result.Properties.Select(property => property[(property.IndexOf('.', StringComparison.Ordinal) + 1)..]));
}
