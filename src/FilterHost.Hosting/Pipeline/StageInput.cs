namespace FilterHost.Hosting.Pipeline;

/// <summary>What a stage hands to its filters beside the message.</summary>
internal readonly struct StageInput
{
    public StageInput(EnvelopeRecipient recipient) => Recipient = recipient;

    public StageInput(ReadOnlyMemory<byte> chunk) => Chunk = chunk;

    public EnvelopeRecipient? Recipient { get; }

    public ReadOnlyMemory<byte> Chunk { get; }
}
