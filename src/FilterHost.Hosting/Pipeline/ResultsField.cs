using FilterHost.MailAuth.Syntax;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The one Authentication-Results field of a message: forged ones go, ours comes.</summary>
internal static class ResultsField
{
    private const string Name = "Authentication-Results";
    private const string Host = "host";

    /// <summary>The edits that remove every field which claims to be ours and insert the one of this message.</summary>
    public static IEnumerable<Edit> EditsFor(Transaction transaction, ResultsPolicy policy)
    {
        var id = policy.AuthservId ?? transaction.Connection.MtaName ?? Environment.MachineName;
        string[] ours = [id, .. policy.AlsoOurs];
        foreach (var field in transaction.Received)
        {
            // RFC 8601 §5: a border MTA must delete what claims to come from its own domain.
            if (policy.Cleans is not false && field.IsNamed(Name) && AuthenticationResultsField.ClaimsAuthservId(field.Body.Span, ours))
                yield return new Edit.RemoveField(Host, field);
        }
        var results = transaction.Results.ToArray();
        if (results.Length > 0)
            yield return new Edit.InsertField(Host, AuthenticationResultsWriter.Write(id, results, transaction.Envelope.IsInternationalized));
    }
}
