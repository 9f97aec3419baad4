namespace FilterHost;

/// <summary>A message whose header section is complete. From here on a filter may record edits and publish results.</summary>
public abstract class MailMessage : MailTransaction
{
    internal MailMessage()
    {
    }

    /// <summary>The header section with the edits of earlier filters and of this one.</summary>
    public abstract HeaderSection Header { get; }

    /// <summary>Records changes to the message. They reach the MTA at the end, all or none.</summary>
    public abstract MessageEdits Edits { get; }

    /// <summary>The results of earlier filters, of trusted earlier listeners, and of this filter. Those of all filters before this one are complete at the end of the message.</summary>
    public abstract IReadOnlyList<AuthenticationResult> Results { get; }

    /// <summary>Publishes a result; the host writes it into the Authentication-Results field and shows it to later filters.</summary>
    /// <exception cref="InvalidOperationException">The filter did not declare the method in <see cref="FilterTraits.Publishes"/>.</exception>
    public abstract void Publish(AuthenticationResult result);

    /// <summary>The filter needs no more of the body: its <see cref="MessageFilter.OnBodyChunkAsync"/> is not called again for this message.</summary>
    public abstract void StopReadingBody();
}
