using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Foreign;

/// <summary>Tells a milter of a message, and records what it asks for.</summary>
internal sealed class ForeignMessageFilter(ForeignMilter milter, ConnectionState<ForeignSession> state, ScopeContext scope, ILogger<ForeignMessageFilter> logger) : MessageFilter
{
    private readonly ForeignSession _session = state.Value;
    private readonly List<MilterEdit> _quarantines = [];
    private SentHeader? _sent;
    private bool _isDone;

    private ConnectionFacts Connection => scope.Transaction!.Connection;

    public override async ValueTask<Verdict> OnMailAsync(MailTransaction transaction)
    {
        var (standing, answer) = await _session.MailAsync(milter, Connection, transaction.Envelope, transaction.CancellationToken).ConfigureAwait(false);
        return standing ?? Judge(answer);
    }

    public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) =>
        AskAsync(transaction, MilterCommand.Recipient, MacroStage.Recipient, (client, token) => client.RecipientAsync(recipient.Address.ToString(), recipient.Parameters, token));

    public override ValueTask<Verdict> OnDataAsync(MailTransaction transaction) =>
        AskAsync(transaction, MilterCommand.Data, MacroStage.Data, (client, token) => client.DataAsync(token));

    public override async ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        if (_isDone)
            return Verdict.Continue;
        _sent = new SentHeader(ResultsField.SectionShown(scope.Transaction!, message, out var results), results);
        var answer = await _session.Link.CallAsync(client => SendHeaderAsync(client, _sent, message.CancellationToken)).ConfigureAwait(false);
        if (_session.Link.Steps.HasFlag(MilterSteps.NoBody))
            message.StopReadingBody();
        return Judge(answer);
    }

    public override async ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        if (_isDone)
            return Verdict.Continue;
        var answer = await _session.Link.CallAsync(client => client.BodyAsync(chunk, message.CancellationToken)).ConfigureAwait(false);
        if (answer.Kind is MilterReplyKind.Skip)
            message.StopReadingBody();
        return Judge(answer);
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        var edits = new ForeignEdits(message, _sent, milter.Publishes, logger);
        if (_isDone)
        {
            edits.Record(_quarantines, hasLeadingSpace: false);
            return Verdict.Accept;
        }
        var link = _session.Link;
        var answer = await link.CallAsync(client =>
        {
            ForeignMacros.Give(client, Connection, MilterCommand.EndOfMessage, MacroStage.EndOfMessage);
            return client.EndOfMessageAsync(default, message.CancellationToken);
        }).ConfigureAwait(false);
        link.IsInMessage = false;
        var verdict = ForeignReply.VerdictOf(answer);
        if (!verdict.IsFinal)
            edits.Record([.. _quarantines, .. answer.Edits], link.HasLeadingSpace);
        return verdict;
    }

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome) => _session.EndMessageAsync(milter);

    // Up to the first answer that is not Continue; fields and the end of headers may have none.
    private async Task<MilterResponse> SendHeaderAsync(MilterClient client, SentHeader sent, CancellationToken cancel)
    {
        foreach (var field in sent.Fields)
        {
            var answer = await client.HeaderAsync(field.Name, field.Body, cancel).ConfigureAwait(false);
            _quarantines.AddRange(answer.Edits);
            if (answer.Kind is not MilterReplyKind.Continue)
                return answer;
        }
        ForeignMacros.Give(client, Connection, MilterCommand.EndOfHeaders, MacroStage.EndOfHeaders);
        return await client.EndOfHeadersAsync(cancel).ConfigureAwait(false);
    }

    private async ValueTask<Verdict> AskAsync(MailTransaction transaction, MilterCommand command, MacroStage stage, Func<MilterClient, CancellationToken, Task<MilterResponse>> ask)
    {
        if (_isDone)
            return Verdict.Continue;
        return Judge(await ForeignSession.AskAsync(milter, _session.Link, (client, token) =>
        {
            ForeignMacros.Give(client, Connection, command, stage);
            return ask(client, token);
        }, transaction.CancellationToken).ConfigureAwait(false));
    }

    // Before the end of the message the client takes no edit but a quarantine, which Postfix allows at any step; it is recorded when the message is whole.
    private Verdict Judge(MilterResponse answer)
    {
        _quarantines.AddRange(answer.Edits.Except(_quarantines));
        if (answer.Kind is not MilterReplyKind.Accept || _quarantines.Count == 0)
            return ForeignReply.VerdictOf(answer);
        _isDone = true;
        return Verdict.Continue;
    }
}
