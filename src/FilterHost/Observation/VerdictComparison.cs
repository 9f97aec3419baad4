namespace FilterHost.Observation;

/// <summary>What FilterHost would have refused, held or dropped: the daemons in front let it pass, else it would not have come here.</summary>
internal static class VerdictComparison
{
    public static IEnumerable<Difference> Compare(ObservedMessage message)
    {
        if (message.Verdict is not ("accept" or "aborted"))
            yield return new Difference(DifferenceKind.Verdict, message.IsConnection ? $"{message.Client}" : "", "accept", message.Verdict) { OurReason = message.Reply };
        foreach (var (recipient, reply) in message.RefusedRecipients)
            yield return new Difference(DifferenceKind.Recipient, recipient, "accept", "refused") { OurReason = reply };
    }
}
