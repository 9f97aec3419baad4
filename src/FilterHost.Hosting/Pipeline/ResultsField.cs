using FilterHost.MailAuth.Syntax;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The one Authentication-Results field of a message: forged ones go, ours comes.</summary>
internal static class ResultsField
{
    private const string Host = "host";

    /// <summary>The edits that remove every field which claims to be ours and insert the one of this message.</summary>
    public static IEnumerable<Edit> EditsFor(Transaction transaction, ResultsPolicy policy)
    {
        var received = transaction.ReceivedResults;
        // RFC 8601 §5: a border MTA must delete what claims to come from its own domain.
        foreach (var field in policy.Cleans is not false ? received.Forged : [])
            yield return new Edit.RemoveField(Host, field);
        if (!transaction.HasNewResults)
            yield break;
        // The field of an earlier listener goes into this one; that of a message which re-enters stays as it is.
        if (received is { Own: { } earlier, IsReentry: false })
            yield return new Edit.RemoveField(Host, earlier);
        yield return new Edit.InsertField(Host, Of(transaction));
    }

    /// <summary>The field of all results so far.</summary>
    public static HeaderField Of(Transaction transaction) => Of(transaction, [.. transaction.Results]);

    /// <summary>The header section for a reader that knows results as a field alone: none that claims to be ours, and on top the one that the host would write by now.</summary>
    /// <param name="transaction">The message.</param>
    /// <param name="message">The same, as the reader's filter sees it.</param>
    /// <param name="results">The one on top, which is in no message; null where no filter before has found anything.</param>
    public static IReadOnlyList<HeaderField> SectionShown(Transaction transaction, MailMessage message, out HeaderField? results)
    {
        var (received, pipeline) = (transaction.ReceivedResults, transaction.Pipeline);
        AuthenticationResult[] found = [.. message.Results.Skip(received.TakenOver.Count + received.Read.Count)];
        results = found.Length == 0 ? null : Of(transaction, [.. received.TakenOver, .. found]);
        var hidden = pipeline.PublishesResults && pipeline.Results.Cleans is not false ? received.Forged : [];
        if (results is not null && received is { Own: { } earlier, IsReentry: false })
            hidden = [.. hidden, earlier];
        var shown = message.Header.Where(field => !hidden.Contains(field));
        return results is null ? [.. shown] : [results, .. shown];
    }

    /// <summary>Leaves what was written to later listeners of this process.</summary>
    public static void Remember(Transaction transaction, ResultsPolicy policy)
    {
        if (transaction is { HasNewResults: true, QueueId: { } queueId, Connection.MtaName: { } mta })
            policy.Ledger?.Add(mta, queueId, transaction.NetEdits.OfType<Edit.InsertField>().Last(edit => edit.Filter == Host).Field.Body, transaction.Results);
    }

    private static HeaderField Of(Transaction transaction, IReadOnlyList<AuthenticationResult> results) =>
        AuthenticationResultsWriter.Write(transaction.ReceivedResults.AuthservId, results, transaction.Envelope.IsInternationalized);
}
