using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>A filter whose every stage does what a test says.</summary>
internal sealed class ScriptedFilter(ScriptedFilter.Script script) : MessageFilter, IDisposable
{
    public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => script.Run(FilterStage.Mail, transaction, default);

    public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) =>
        script.Run(FilterStage.Recipient, transaction, default);

    public override ValueTask<Verdict> OnDataAsync(MailTransaction transaction) => script.Run(FilterStage.Data, transaction, default);

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => script.Run(FilterStage.EndOfHeaders, message, default);

    public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk) => script.Run(FilterStage.Body, message, chunk);

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) => script.Run(FilterStage.EndOfMessage, message, default);

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        script.Outcomes.Add(outcome);
        return script.Ended();
    }

    public void Dispose() => script.Disposals++;

    /// <summary>What to do at each stage, and what was seen.</summary>
    public sealed class Script
    {
        public Dictionary<FilterStage, Func<MailTransaction, ReadOnlyMemory<byte>, ValueTask<Verdict>>> Steps { get; } = [];

        public List<FilterStage> Seen { get; } = [];

        public List<TransactionOutcome> Outcomes { get; } = [];

        public Func<ValueTask> Ended { get; set; } = static () => ValueTask.CompletedTask;

        public int Disposals { get; set; }

        public FilterTraits Traits { get; init; } = new() { EditsFields = ["*"], EditsBody = false };

        public Script At(FilterStage stage, Func<MailTransaction, Verdict> step)
        {
            Steps[stage] = (transaction, _) => step(transaction);
            return this;
        }

        public Script AtEnd(Action<CompleteMessage> step) => At(FilterStage.EndOfMessage, transaction =>
        {
            step((CompleteMessage)transaction);
            return Verdict.Continue;
        });

        public ValueTask<Verdict> Run(FilterStage stage, MailTransaction transaction, ReadOnlyMemory<byte> chunk)
        {
            Seen.Add(stage);
            return Steps.TryGetValue(stage, out var step) ? step(transaction, chunk) : Verdict.Continue;
        }
    }

    /// <summary>Registers the filter for a script.</summary>
    public sealed class Plugin : FilterPlugin<Script>
    {
        public override void Configure(IPluginBuilder builder, Script settings) => builder.AddFilter<ScriptedFilter>(settings.Traits);
    }
}
