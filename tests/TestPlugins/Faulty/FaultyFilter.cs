namespace FilterHost.TestPlugins.Faulty;

public sealed class FaultyFilter : MessageFilter, IDisposable
{
    private static readonly List<ReadOnlyMemory<byte>> Kept = [];

    private readonly FaultySettings _settings;

    public FaultyFilter(FaultySettings settings)
    {
        while (settings.Fault is Fault.LoopInConstructor)
            Thread.SpinWait(1);
        _settings = settings;
    }

    public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => Misdeed.AtAsync(Stage.Mail, _settings);

    public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) => Misdeed.AtAsync(Stage.Recipient, _settings);

    public override ValueTask<Verdict> OnDataAsync(MailTransaction transaction) => Misdeed.AtAsync(Stage.Data, _settings);

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => Misdeed.AtAsync(Stage.EndOfHeaders, _settings);

    public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        if (_settings.Fault is Fault.KeepChunk)
            Keep(chunk);
        return Misdeed.AtAsync(Stage.Body, _settings);
    }

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (_settings.Fault is Fault.NonsenseEdits)
            NonsenseEdit.Make(message);
        return Misdeed.AtAsync(Stage.EndOfMessage, _settings);
    }

    public override async ValueTask OnTransactionEndedAsync(TransactionOutcome outcome) => await Misdeed.AtAsync(Stage.TransactionEnded, _settings);

    public void Dispose()
    {
        if (_settings.Fault is Fault.ThrowInDispose)
            throw new InvalidOperationException("the plugin is faulty");
    }

    private static void Keep(ReadOnlyMemory<byte> chunk)
    {
        lock (Kept)
        {
            Kept.Add(chunk);
            // Whatever is in them by now.
            _ = Kept.Sum(static kept => kept.Span[0]);
        }
    }
}
