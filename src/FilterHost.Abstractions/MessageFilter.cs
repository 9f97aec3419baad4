namespace FilterHost;

/// <summary>
/// A filter for one message: the host makes an instance for each transaction, in an async scope of the plugin's container, and drops it after the transaction.
/// Its fields are the state of the message. The stages come in the order of the members here, one at a time, not always on the same thread.
/// </summary>
/// <remarks>
/// Override what you need; the host asks the MTA only for that. An exception never reaches the MTA: the host logs it with the filter and the queue id, gives the
/// answer that <c>on_error</c> sets (default: temporary failure) and asks the filter nothing more for this message, except <see cref="OnTransactionEndedAsync"/>.
/// The same goes for a stage that outlasts its time limit. Never block the thread: await.
/// </remarks>
public abstract class MessageFilter
{
    /// <summary>MAIL FROM was received. The envelope has no recipients yet.</summary>
    public virtual ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => Verdict.Continue;

    /// <summary>RCPT TO was received. A refusal concerns this recipient only; then it does not become part of the envelope.</summary>
    public virtual ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) => Verdict.Continue;

    /// <summary>DATA was received: the envelope is complete. Not every MTA tells (milter version 4 and later).</summary>
    public virtual ValueTask<Verdict> OnDataAsync(MailTransaction transaction) => Verdict.Continue;

    /// <summary>The header section was received whole. Edits may be recorded from here on.</summary>
    public virtual ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => Verdict.Continue;

    /// <summary>Part of the body, lines ended by CRLF, cut anywhere. The octets are valid during the call only.</summary>
    public virtual ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk) => Verdict.Continue;

    /// <summary>The message was received whole.</summary>
    public virtual ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) => Verdict.Continue;

    /// <summary>
    /// The transaction is over, refused and aborted ones included; called exactly once, and before <c>DisposeAsync</c> where the filter is disposable.
    /// An exception here is logged and changes nothing.
    /// </summary>
    public virtual ValueTask OnTransactionEndedAsync(TransactionOutcome outcome) => ValueTask.CompletedTask;
}
