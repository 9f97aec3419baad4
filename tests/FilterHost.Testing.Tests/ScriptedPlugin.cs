using FilterHost.Dns;
using FilterHost.Keys;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing.Tests;

/// <summary>Registers a filter whose every stage does what the test says.</summary>
public sealed class ScriptedPlugin : FilterPlugin<ScriptedPlugin.Script>
{
    public override void Configure(IPluginBuilder builder, Script settings)
    {
        if (settings.UsesDns)
            builder.Use<IDnsResolver>();
        if (settings.UsesKeys)
            builder.Use<ISigningKeyStore>();
        builder.AddFilter<Filter>(settings.Traits);
    }

    /// <summary>What to do at which stage.</summary>
    public sealed record Script
    {
        public FilterTraits Traits { get; init; } = new() { EditsFields = ["*"], Publishes = ["x-test"], Quarantines = true, MayStopReadingBody = true };

        public bool UsesDns { get; init; }

        public bool UsesKeys { get; init; }

        public Func<MailTransaction, ValueTask<Verdict>> Mail { get; init; } = _ => Verdict.Continue;

        public Func<MailTransaction, EnvelopeRecipient, ValueTask<Verdict>> Recipient { get; init; } = (_, _) => Verdict.Continue;

        public Func<MailMessage, ValueTask<Verdict>> Headers { get; init; } = _ => Verdict.Continue;

        public Func<MailMessage, ReadOnlyMemory<byte>, ValueTask<Verdict>> Chunk { get; init; } = (_, _) => Verdict.Continue;

        public Func<CompleteMessage, IServiceProvider, ValueTask<Verdict>> End { get; init; } = (_, _) => Verdict.Continue;

        public Action<TransactionOutcome> Ended { get; init; } = _ => { };
    }

    internal sealed class Filter(Script script, IServiceProvider services, ILogger<Filter> logger) : MessageFilter
    {
        public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => script.Mail(transaction);

        public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) => script.Recipient(transaction, recipient);

        public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) => script.Headers(message);

        public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk) => script.Chunk(message, chunk);

        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            logger.LogInformation("a line of the filter's own");
            return script.End(message, services);
        }

        public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
        {
            script.Ended(outcome);
            return ValueTask.CompletedTask;
        }
    }
}
