namespace FilterHost;

/// <summary>
/// A filter for one message: the host makes an instance for each transaction, in an async scope of the plugin's container, and drops it after the transaction.
/// Its fields are the state of the message. The stages come in the order of the members here, one at a time, not always on the same thread.
/// </summary>
/// <remarks>
/// Override what you need; the host asks the MTA only for that. An exception never reaches the MTA: the host logs it with the filter and the queue id, gives the
/// answer that <c>on_error</c> sets (default: temporary failure) and asks the filter nothing more for this message, except <see cref="OnTransactionEndedAsync"/>.
/// The same goes for a stage that outlasts its time limit. Never block the thread: await.
/// What a stage is given may be kept in the filter's fields and used in later stages, where nothing else is said; after the transaction it shows other octets. Keep nothing of it in a singleton, a static
/// field or a task that outlives the message: copy. A constructor that throws counts as a fault at the first stage. An <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> filter is disposed after the transaction.
/// </remarks>
public abstract class MessageFilter
{
    /// <summary>MAIL FROM was received. The envelope has no recipients yet. A refusal ends the transaction; the client may begin another.</summary>
    public virtual ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => Verdict.Continue;

    /// <summary>RCPT TO was received; called for each recipient. A refusal concerns this recipient only; then it does not become part of the envelope.</summary>
    public virtual ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) => Verdict.Continue;

    /// <summary>DATA was received: the envelope is complete. Not every MTA tells (milter version 4 and later).</summary>
    public virtual ValueTask<Verdict> OnDataAsync(MailTransaction transaction) => Verdict.Continue;

    /// <summary>The header section was received whole. Edits may be recorded and results published from here on. A refusal is told to the MTA at the next stage that it waits for.</summary>
    public virtual ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => Verdict.Continue;

    /// <summary>
    /// Part of the body, lines ended by CRLF, cut anywhere, between a CR and its LF too; not called for an empty body. The octets are valid during the call only, until the task that is returned ends:
    /// copy what is needed later. Not called any more after <see cref="MailMessage.StopReadingBody"/>.
    /// </summary>
    public virtual ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk) => Verdict.Continue;

    /// <summary>The message was received whole, and all that earlier filters found and changed is known. The last stage that has a verdict and edits.</summary>
    public virtual ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) => Verdict.Continue;

    /// <summary>
    /// The transaction is over, refused and aborted ones included; called exactly once, and before <c>DisposeAsync</c> where the filter is disposable.
    /// An exception here is logged and changes nothing.
    /// </summary>
    public virtual ValueTask OnTransactionEndedAsync(TransactionOutcome outcome) => ValueTask.CompletedTask;
}
