using FilterHost.MailAuth.Syntax;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What the Authentication-Results fields that came with a message are worth: most are others' and mean nothing here, some are forged, and one may be ours.</summary>
internal sealed class ReceivedResults
{
    private const string Name = "Authentication-Results";

    private ReceivedResults()
    {
    }

    /// <summary>Nothing is known of the message yet, or there is no such field.</summary>
    public static ReceivedResults Nothing { get; } = new();

    /// <summary>The id that our field is written under.</summary>
    public string AuthservId { get; private init; } = "";

    /// <summary>Fields that claim to be ours and are not.</summary>
    public IReadOnlyList<HeaderField> Forged { get; private set; } = [];

    /// <summary>The field that an earlier listener of this process, or this host at the message's first pass, has written.</summary>
    public HeaderField? Own { get; private set; }

    /// <summary>What an earlier listener of this process found: it is written again with what this one finds.</summary>
    public IReadOnlyList<AuthenticationResult> TakenOver { get; private set; } = [];

    /// <summary>What a field says that is believed and stays as it is: that of a trusted id, or our own on a message that re-enters.</summary>
    public IReadOnlyList<AuthenticationResult> Read { get; private set; } = [];

    /// <summary>True where the message has been judged before and comes back.</summary>
    public bool IsReentry { get; private set; }

    /// <summary>What the host says that there is, for a worker.</summary>
    public static ReceivedResults Of(ToldFacts told) => new() { Read = told.Results };

    /// <summary>Looks through a header section that is complete.</summary>
    public static ReceivedResults Of(Transaction transaction, ResultsPolicy policy)
    {
        var id = policy.AuthservId ?? transaction.Connection.MtaName ?? Environment.MachineName;
        var fields = transaction.Received.Where(field => field.IsNamed(Name)).ToArray();
        var received = new ReceivedResults { AuthservId = id };
        if (fields.Length == 0)
            return received;
        string[] ours = [id, .. policy.AlsoOurs];
        var claims = fields.Where(field => AuthenticationResultsField.ClaimsAuthservId(field.Body.Span, ours)).ToArray();
        if (claims.Length > 0)
            received.FindOwn(transaction, policy, claims);
        received.Forged = [.. claims.Where(field => field != received.Own)];
        received.ReadTrusted(policy.TrustedIds, fields);
        return received;
    }

    // Postfix hands a message from one listener to the next within one transaction, with one queue id; what comes back later is a transaction of its own.
    private void FindOwn(Transaction transaction, ResultsPolicy policy, HeaderField[] claims)
    {
        if (transaction is { QueueId: { } queueId, Connection.MtaName: { } mta })
        {
            foreach (var field in claims)
            {
                if (policy.Ledger?.Find(mta, queueId, field.Body.Span) is not { } results)
                    continue;
                (Own, TakenOver) = (field, results);
                return;
            }
        }
        // Only the topmost: what stands below it was there when ours came on top, and was forged then too.
        if (transaction.AuthenticatedUser is null && transaction.Connection.IsIn(policy.Reentry)
            && AuthenticationResultsField.Read(claims[0].Body.Span) is { } read)
            (Own, Read, IsReentry) = (claims[0], read.Results, true);
    }

    // Never our own id (the settings refuse it), and of each id only the topmost field, which its owner has put above what came from outside.
    private void ReadTrusted(IReadOnlyList<string> ids, HeaderField[] fields)
    {
        foreach (var id in ids)
        {
            var topmost = Array.Find(fields, field => AuthenticationResultsField.ClaimsAuthservId(field.Body.Span, [id]));
            if (topmost is not null && topmost != Own && !Forged.Contains(topmost) && AuthenticationResultsField.Read(topmost.Body.Span) is { } read)
                Read = [.. Read, .. read.Results];
        }
    }
}
