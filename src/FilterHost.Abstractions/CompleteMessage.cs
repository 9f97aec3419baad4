namespace FilterHost;

/// <summary>A message at its end: everything was received.</summary>
public abstract class CompleteMessage : MailMessage
{
    internal CompleteMessage()
    {
    }

    /// <summary>
    /// The whole message with the edits of earlier filters, header section, empty line and body, lines ended by CRLF: fit for <c>MimeMessage.Load</c>.
    /// Only for filters that declare <see cref="FilterTraits.NeedsWholeMessage"/>. The stream is valid until the call returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">The filter does not declare that it needs the whole message.</exception>
    public abstract Stream OpenRead();
}
