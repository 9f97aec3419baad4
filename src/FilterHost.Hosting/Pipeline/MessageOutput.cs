using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What came of a run without an MTA. Nothing in it is a view of the transaction's memory.</summary>
/// <param name="Reply">The final reply.</param>
/// <param name="Outcome">How the transaction ended.</param>
/// <param name="Edits">What the MTA would have been told, in the order of the filters.</param>
/// <param name="Results">The published results.</param>
/// <param name="Notes">What the filters said, by filter.</param>
/// <param name="Message">The message as it would be delivered; empty for a refused one.</param>
internal sealed record MessageOutput(
    MilterReply Reply,
    TransactionOutcome Outcome,
    IReadOnlyList<Edit> Edits,
    IReadOnlyList<AuthenticationResult> Results,
    IReadOnlyList<(string Filter, string Text)> Notes,
    ReadOnlyMemory<byte> Message)
{
    /// <summary>Recipients that were refused, with the reply.</summary>
    public IReadOnlyList<(string Path, SmtpReply Reply)> RefusedRecipients { get; init; } = [];

    /// <summary>The output of a connection that was refused before its first transaction.</summary>
    public static MessageOutput Of(MilterReply reply) => new(reply, OutcomeOf(reply), [], [], [], default);

    /// <summary>The output of a transaction that is about to end.</summary>
    public static MessageOutput Of(Transaction transaction)
    {
        using var message = new MemoryStream();
        if (transaction.Outcome is TransactionOutcome.Passed)
            transaction.OpenFinalMessage().CopyTo(message);
        return new MessageOutput(
            MilterReply.Continue,
            transaction.Outcome ?? TransactionOutcome.Aborted,
            [.. transaction.NetEdits.Select(Copied)],
            [.. transaction.Results.Select(Copied)],
            [.. transaction.Notes],
            message.ToArray());
    }

    private static TransactionOutcome OutcomeOf(MilterReply reply) => reply.Kind switch
    {
        MilterReplyKind.ReplyCode when reply.SmtpReply!.IsPermanent => TransactionOutcome.Rejected,
        MilterReplyKind.ReplyCode => TransactionOutcome.TempFailed,
        MilterReplyKind.Discard => TransactionOutcome.Discarded,
        _ => TransactionOutcome.Passed,
    };

    // Received fields are views that end with the transaction.
    private static Edit Copied(Edit edit) => edit switch
    {
        Edit.InsertField insert => insert with { Field = Copied(insert.Field) },
        Edit.AppendField append => append with { Field = Copied(append.Field) },
        Edit.RemoveField remove => remove with { Field = Copied(remove.Field) },
        Edit.ReplaceField replace => replace with { Field = Copied(replace.Field), Replacement = Copied(replace.Replacement) },
        _ => edit,
    };

    private static AuthenticationResult Copied(AuthenticationResult result) =>
        result is DkimSignatureResult { Field: { } field } dkim ? dkim with { Field = Copied(field) } : result;

    private static HeaderField Copied(HeaderField field) => new(field.Name.ToArray(), field.Body.ToArray());
}
