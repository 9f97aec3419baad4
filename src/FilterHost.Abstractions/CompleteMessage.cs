namespace FilterHost;

/// <summary>A message at its end: everything was received.</summary>
public abstract class CompleteMessage : MailMessage
{
    internal CompleteMessage()
    {
    }

    /// <summary>
    /// The whole message with the edits of earlier filters, header section, empty line and body, lines ended by CRLF: fit for <c>MimeMessage.Load</c>.
    /// Only for filters that declare <see cref="FilterTraits.NeedsWholeMessage"/>. Each call gives a stream of its own that reads forward, is valid until the task of the call ends, and need not be disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The filter does not declare that it needs the whole message.</exception>
    public abstract Stream OpenRead();
}
