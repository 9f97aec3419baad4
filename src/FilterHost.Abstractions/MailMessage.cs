namespace FilterHost;

/// <summary>A message whose header section is complete. From here on a filter may record edits and publish results.</summary>
public abstract class MailMessage : MailTransaction
{
    internal MailMessage()
    {
    }

    /// <summary>Whose mail it is.</summary>
    public abstract MailOrigin Origin { get; }

    /// <summary>
    /// True where the listener only observes (<c>observe = true</c>): the MTA hears nothing of verdicts and edits, the log has them. A filter does what it always does; it may look further
    /// where the administrator learns from it what would become of the message, and says so with <see cref="MailTransaction.Note"/>.
    /// </summary>
    public abstract bool IsObserved { get; }

    /// <summary>The header section as it stands now, with the edits of earlier filters and of this one: ask again after an edit. Its fields are valid until the transaction ends.</summary>
    public abstract HeaderSection Header { get; }

    /// <summary>Records changes to the message. They reach the MTA at the end, all or none.</summary>
    public abstract MessageEdits Edits { get; }

    /// <summary>The results of earlier filters, of trusted earlier listeners, and of this filter. Those of all filters before this one are complete at the end of the message.</summary>
    public abstract IReadOnlyList<AuthenticationResult> Results { get; }

    /// <summary>Publishes a result; the host writes it into the Authentication-Results field and shows it to later filters.</summary>
    /// <exception cref="InvalidOperationException">The filter did not declare the method in <see cref="FilterTraits.Publishes"/>.</exception>
    public abstract void Publish(AuthenticationResult result);

    /// <summary>The filter needs no more of the body, now or at the end of headers: its <see cref="MessageFilter.OnBodyChunkAsync"/> is not called again for this message.</summary>
    public abstract void StopReadingBody();

    /// <summary>The origin in words for the log, with what decided it: <c>client is internal</c>, <c>mail of daemon ORIGINATING is internal</c>.</summary>
    public abstract string DescribeOrigin();
}
