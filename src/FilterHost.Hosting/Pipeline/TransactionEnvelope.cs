namespace FilterHost.Hosting.Pipeline;

/// <summary>The envelope of one transaction while it grows.</summary>
internal sealed class TransactionEnvelope(EnvelopeAddress reversePath, IReadOnlyList<string> parameters) : Envelope
{
    private readonly List<EnvelopeRecipient> _recipients = [];

    public override EnvelopeAddress ReversePath => reversePath;

    public override IReadOnlyList<string> Parameters => parameters;

    public override IReadOnlyList<EnvelopeRecipient> Recipients => _recipients;

    public void Add(EnvelopeRecipient recipient) => _recipients.Add(recipient);

    public void Remove(EnvelopeRecipient recipient) => _recipients.Remove(recipient);
}
