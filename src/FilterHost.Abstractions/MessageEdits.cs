namespace FilterHost;

/// <summary>
/// Records what a filter wants changed. The host sends the net effect of all filters in a safe order when every filter has had its say,
/// and nothing at all where the message is refused. A filter records only what it declared in <see cref="FilterTraits"/>.
/// </summary>
/// <remarks>Every member throws <see cref="InvalidOperationException"/> for an edit that the filter has not declared, and outside a call of the host.</remarks>
public abstract class MessageEdits
{
    internal MessageEdits()
    {
    }

    /// <summary>Inserts a field above all others. Use it for trace fields and signatures.</summary>
    /// <exception cref="FormatException">Name or body cannot stand in a message; see <see cref="HeaderField.Create"/>.</exception>
    public abstract void InsertAtTop(HeaderField field);

    /// <summary>Adds a field below all others.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public abstract void Append(HeaderField field);

    /// <summary>Replaces the body of a field of <see cref="MailMessage.Header"/>; returns the field that now stands there.</summary>
    /// <param name="field">A field of the section, by reference.</param>
    /// <param name="body">All octets after the colon.</param>
    /// <exception cref="ArgumentException">The field is not in the section.</exception>
    /// <exception cref="FormatException">As above.</exception>
    public abstract HeaderField Replace(HeaderField field, ReadOnlyMemory<byte> body);

    /// <summary>Removes a field of <see cref="MailMessage.Header"/>, named by reference.</summary>
    /// <exception cref="ArgumentException">The field is not in the section.</exception>
    public abstract void Remove(HeaderField field);

    /// <summary>Replaces the whole body. Lines end with CRLF. The octets are copied.</summary>
    public abstract void ReplaceBody(ReadOnlySpan<byte> body);

    /// <summary>Adds a recipient.</summary>
    /// <param name="path">The forward-path, in angle brackets or not.</param>
    /// <param name="parameters">ESMTP parameters, such as <c>NOTIFY=NEVER</c>; needs an MTA that takes them.</param>
    /// <exception cref="FormatException">One of them holds a NUL, CR or LF.</exception>
    public abstract void AddRecipient(string path, string? parameters = null);

    /// <summary>Removes a recipient of <see cref="Envelope.Recipients"/>.</summary>
    public abstract void RemoveRecipient(EnvelopeRecipient recipient);

    /// <summary>Replaces the reverse-path.</summary>
    /// <param name="path">The reverse-path, in angle brackets or not.</param>
    /// <param name="parameters">ESMTP parameters; needs an MTA that takes them.</param>
    /// <exception cref="FormatException">One of them holds a NUL, CR or LF.</exception>
    public abstract void ChangeSender(string path, string? parameters = null);

    /// <summary>
    /// Asks the MTA to hold the message for an administrator. It is sent after every filter has run. Postfix then calls no later milter, neither now nor at release.
    /// </summary>
    /// <param name="reason">For the administrator; several filters' reasons are joined.</param>
    /// <exception cref="FormatException">It holds a NUL, CR or LF.</exception>
    public abstract void Quarantine(string reason);

    /// <summary>Adds a field below all others: <c>Append("X-Hello", "Hello")</c>.</summary>
    /// <exception cref="FormatException">As <see cref="HeaderField.Create"/>.</exception>
    public void Append(string name, string value) => Append(HeaderField.Create(name, value));

    /// <summary>Inserts a field above all others.</summary>
    /// <exception cref="FormatException">As <see cref="HeaderField.Create"/>.</exception>
    public void InsertAtTop(string name, string value) => InsertAtTop(HeaderField.Create(name, value));
}
