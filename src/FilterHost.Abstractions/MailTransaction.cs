namespace FilterHost;

/// <summary>
/// One message from MAIL FROM to its end, as a filter sees it at the envelope stages.
/// Use it only inside a call of the host, on the thread of the call; outside one its members throw <see cref="InvalidOperationException"/>.
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
    /// Values are strings, numbers, bytes or records of the contract; a type of the plugin's own would tie two plugins together.
    /// </summary>
    public abstract IDictionary<string, object> Attributes { get; }

    /// <summary>Cancelled when the message is aborted, the filter's time is over or the host stops. Pass it to everything that waits.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Adds a word to the one log line that the host writes for the message: what the filter did, or why it did nothing.</summary>
    public abstract void Note(string text);
}
