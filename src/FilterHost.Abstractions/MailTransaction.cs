namespace FilterHost;

/// <summary>
/// One message from MAIL FROM to its end, as a filter sees it at the envelope stages.
/// Use it only inside a call of the host, until the task that the call returned ends, and from one thread at a time; outside a call its members throw <see cref="InvalidOperationException"/>.
/// What it gives, such as addresses and fields, is valid until the transaction ends.
/// </summary>
public abstract class MailTransaction
{
    internal MailTransaction()
    {
    }

    /// <summary>The SMTP client.</summary>
    public abstract SmtpConnection Connection { get; }

    /// <summary>The envelope so far. It never shows edits: those reach the MTA at the end.</summary>
    public abstract Envelope Envelope { get; }

    /// <summary>The MTA's name for the message, macro <c>i</c>. Postfix gives it only after the first accepted recipient; null before.</summary>
    public abstract string? QueueId { get; }

    /// <summary>The login of an authenticated client, macros <c>{auth_authen}</c> or <c>{auth_type}</c>; null where the client did not authenticate.</summary>
    public abstract string? AuthenticatedUser { get; }

    /// <summary>The macros of the message and its connection.</summary>
    public abstract MacroSet Macros { get; }

    /// <summary>
    /// What filters leave each other, such as <c>spam-score</c>. A key begins with the namespace of its owner: <c>example.com/spam-score</c>.
    /// Values are strings, numbers, bytes or records of the contract; a type of the plugin's own would tie two plugins together. They end with the transaction.
    /// </summary>
    public abstract IDictionary<string, object> Attributes { get; }

    /// <summary>Cancelled when the message is aborted, the filter's time is over or the host stops. Pass it to everything that waits. The host takes no harm where the cancellation throws out of a stage.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Adds a word to the one log line that the host writes for the message when it is over: what the filter did, or why it did nothing. The filter's name is put before it.</summary>
    public abstract void Note(string text);
}
