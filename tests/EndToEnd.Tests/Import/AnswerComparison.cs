namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>Compares two answers.</summary>
internal static class AnswerComparison
{
    /// <summary>True if both are the same. Signatures of the same second are the same octet by octet.</summary>
    public static bool AreEqual(Answer old, Answer ours) =>
        SameReply(old.Reply, ours.Reply)
        && old.Results.SequenceEqual(ours.Results)
        && old.Removed.SequenceEqual(ours.Removed)
        && (old.Times == ours.Times ? old.Signatures.SequenceEqual(ours.Signatures) : old.TimelessSignatures.SequenceEqual(ours.TimelessSignatures));

    /// <summary>Compares the answers to all messages with what is known of them; gives what is not as it should be.</summary>
    public static async Task<List<string>> CompareAsync(ImportedHost host, string file, IEnumerable<Mail> all, Difference[] known)
    {
        var unlike = new List<string>();
        foreach (var mail in all)
        {
            var (old, ours) = await host.SendAsync(mail);
            var difference = Array.Find(known, difference => difference.Covers(mail.Name, file));
            var isEqual = AreEqual(old, ours);
            if (!isEqual && (difference is null || (!difference.IsInReply && !SameReply(old.Reply, ours.Reply))))
                unlike.Add($"{mail.Name}\nThe daemon: {old}\nFilterHost: {ours}");
            // A difference that is gone must leave the list.
            if (isEqual && difference is not null && difference.Files != "*")
                unlike.Add($"{mail.Name}: the difference that is listed is not there: {ours}");
        }
        return unlike;
    }

    // Where the daemon leaves the words to the MTA, only the code counts.
    private static bool SameReply(string old, string ours) => old == ours || (old.Length == 3 && ours.StartsWith(old, StringComparison.Ordinal));
}
