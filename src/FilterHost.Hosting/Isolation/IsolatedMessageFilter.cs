using System.Text;
using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>Stands in a pipeline for a filter that runs in a worker: tells the worker of a message, and takes over what comes back.</summary>
internal sealed class IsolatedMessageFilter(IsolatedWorker worker, ConnectionState<IsolatedSession> state, ScopeContext scope, ILogger<IsolatedMessageFilter> logger) : MessageFilter
{
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private static readonly (MilterCommand Command, MacroStage Stage)[] LateMacros =
        [(MilterCommand.Data, MacroStage.Data), (MilterCommand.EndOfHeaders, MacroStage.EndOfHeaders), (MilterCommand.EndOfMessage, MacroStage.EndOfMessage)];

    private readonly IsolatedSession _session = state.Value;
    private readonly List<EnvelopeRecipient> _told = [];
    private ForeignLink? _link;
    private WorkerVisit? _visit;
    private SentHeader? _sent;
    private bool _isWhole;

    private Transaction Transaction => scope.Transaction!;

    private ConnectionFacts Connection => Transaction.Connection;

    /// <summary>A worker's answer as a verdict.</summary>
    /// <exception cref="WorkerFaultException">The filter failed.</exception>
    public static Verdict VerdictOf(MilterResponse answer, string token) => Checked(ForeignReply.VerdictOf(answer), token);

    public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => AskAsync(transaction, _ => Task.FromResult(MilterResponse.None));

    public override ValueTask<Verdict> OnRecipientAsync(MailTransaction transaction, EnvelopeRecipient recipient) =>
        AskAsync(transaction, client => TellAsync(client, recipient, transaction.CancellationToken));

    public override ValueTask<Verdict> OnDataAsync(MailTransaction transaction) => AskAsync(transaction, client =>
    {
        ForeignMacros.Give(client, Connection, MilterCommand.Data, MacroStage.Data);
        return client.DataAsync(transaction.CancellationToken);
    });

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        _sent = new SentHeader([.. message.Header], null);
        return AskAsync(message, async client =>
        {
            ForeignMacros.Give(client, Connection, MilterCommand.Data, MacroStage.Data);
            foreach (var field in _sent.Fields)
                await client.HeaderAsync(field.Name, field.Body, message.CancellationToken).ConfigureAwait(false);
            await _session.TellAsync(client, AsideOf(message), message.CancellationToken).ConfigureAwait(false);
            ForeignMacros.Give(client, Connection, MilterCommand.EndOfHeaders, MacroStage.EndOfHeaders);
            return await client.EndOfHeadersAsync(message.CancellationToken).ConfigureAwait(false);
        });
    }

    public override async ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        var answer = await CallAsync(message, client => client.BodyAsync(chunk, message.CancellationToken)).ConfigureAwait(false);
        if (answer.Kind is MilterReplyKind.Skip)
            message.StopReadingBody();
        return VerdictOf(answer, _session.Token);
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        var answer = await CallAsync(message, async client =>
        {
            await _session.TellAsync(client, AsideOf(message), message.CancellationToken).ConfigureAwait(false);
            ForeignMacros.Give(client, Connection, MilterCommand.EndOfMessage, MacroStage.EndOfMessage);
            return await client.EndOfMessageAsync(default, message.CancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (FindReport(answer.Edits, _session.Token) is not { } found)
            return VerdictOf(answer, _session.Token);
        var report = FilterReport.Read(found.Value.Span);
        _isWhole = true;
        foreach (var note in report.Notes)
            message.Note(note);
        var verdict = Checked(report.ToVerdict(), _session.Token);
        Take(report, message);
        if (!verdict.IsFinal)
            new ForeignEdits(message, _sent, [], logger).Record([.. answer.Edits.Where(edit => edit != found)], Link.HasLeadingSpace);
        return verdict;
    }

    public override async ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        if (_visit is null)
            return;
        try
        {
            if (_link is { IsOpen: true })
                await EndAsync(_link, outcome).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker is gone, and everything in it.
        }
        finally
        {
            worker.Leave(_visit);
        }
    }

    private ForeignLink Link => _link ?? throw new IOException("there is no connection to the worker");

    private static Verdict Checked(Verdict verdict, string token) =>
        verdict.SmtpReply is { } reply && reply.Lines[0] == token ? throw new WorkerFaultException() : verdict;

    private static MilterEdit.AddHeader? FindReport(IReadOnlyList<MilterEdit> edits, string token) =>
        edits.OfType<MilterEdit.AddHeader>().FirstOrDefault(add => Ascii.Equals(add.Name.Span, token));

    private async Task EndAsync(ForeignLink link, TransactionOutcome outcome)
    {
        using var timeout = new CancellationTokenSource(EndTime);
        await link.CallAsync(async client =>
        {
            // A filter that was asked no more may have heard no queue id, and may log in the end.
            foreach (var (command, stage) in _isWhole ? [] : LateMacros)
                ForeignMacros.Give(client, Connection, command, stage);
            await client.UnknownCommandAsync(new HostAside { Outcome = outcome }.ToCommand(_session.Token), timeout.Token).ConfigureAwait(false);
            await client.AbortAsync(timeout.Token).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
        link.IsInMessage = false;
    }

    private async ValueTask<Verdict> AskAsync(MailTransaction transaction, Func<MilterClient, Task<MilterResponse>> ask) =>
        VerdictOf(await CallAsync(transaction, ask).ConfigureAwait(false), _session.Token);

    // With what the worker has not heard yet of all that came before: it gets a stage of which its filter wants to know nothing together with the next.
    private async Task<MilterResponse> CallAsync(MailTransaction transaction, Func<MilterClient, Task<MilterResponse>> ask)
    {
        var cancel = transaction.CancellationToken;
        _visit ??= worker.Enter();
        try
        {
            _link ??= await _session.OpenAsync(worker, Connection, cancel).ConfigureAwait(false);
            return await _link.CallAsync(async client =>
                await BeginAsync(client, transaction.Envelope, cancel).ConfigureAwait(false)
                ?? await CatchUpAsync(client, transaction.Envelope, cancel).ConfigureAwait(false)
                ?? await ask(client).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch
        {
            // Of a call that nobody waits for any more the end of the transaction is not told.
            worker.Leave(_visit);
            throw;
        }
    }

    private async Task<MilterResponse?> BeginAsync(MilterClient client, Envelope envelope, CancellationToken cancel)
    {
        if (Link.IsInMessage)
            return null;
        await _session.TellAsync(client, AsideOf(null), cancel).ConfigureAwait(false);
        if (await _session.GreetAsync(client, Link, Connection, cancel).ConfigureAwait(false) is { } refusal)
            return refusal;
        Link.IsInMessage = true;
        ForeignMacros.Give(client, Connection, MilterCommand.Mail, MacroStage.Mail);
        return Final(await client.MailAsync(envelope.ReversePath.ToString(), envelope.Parameters, cancel).ConfigureAwait(false));
    }

    private async Task<MilterResponse?> CatchUpAsync(MilterClient client, Envelope envelope, CancellationToken cancel)
    {
        if (RefusedOf(envelope).Any())
            await _session.TellAsync(client, AsideOf(null), cancel).ConfigureAwait(false);
        foreach (var recipient in envelope.Recipients.Where(recipient => !_told.Exists(told => ReferenceEquals(told, recipient))).ToList())
        {
            if (Final(await TellAsync(client, recipient, cancel).ConfigureAwait(false)) is { } final)
                return final;
        }
        return null;
    }

    private Task<MilterResponse> TellAsync(MilterClient client, EnvelopeRecipient recipient, CancellationToken cancel)
    {
        _told.Add(recipient);
        ForeignMacros.Give(client, Connection, MilterCommand.Recipient, MacroStage.Recipient);
        return client.RecipientAsync(recipient.Address.ToString(), recipient.Parameters, cancel);
    }

    private static MilterResponse? Final(MilterResponse answer) => answer.Kind is MilterReplyKind.Continue ? null : answer;

    private HostAside AsideOf(MailMessage? message) => new()
    {
        Listener = Connection.Listener,
        IsInternal = Connection.IsInternal,
        DnsQuestions = Transaction.Pipeline.Limits.DnsQuestions,
        Attributes = Carried(Transaction.Attributes),
        Origin = message?.Origin ?? default,
        OriginWords = message?.DescribeOrigin() ?? "",
        Results = message is null ? [] : [.. message.Results.Select(result => CarriedResult.Of(result, _sent?.Fields ?? []))],
        RefusedRecipients = [.. RefusedOf(Transaction.Envelope)],
    };

    private IEnumerable<int> RefusedOf(Envelope envelope) =>
        Enumerable.Range(0, _told.Count).Where(index => !envelope.Recipients.Any(recipient => ReferenceEquals(recipient, _told[index])));

    private static CarriedAttribute[] Carried(Dictionary<string, object> attributes) =>
        [.. attributes.Select(attribute => CarriedAttribute.Of(attribute.Key, attribute.Value)).OfType<CarriedAttribute>()];

    private void Take(FilterReport report, CompleteMessage message)
    {
        foreach (var attribute in report.Attributes)
            message.Attributes[attribute.Name] = attribute.ToValue()!;
        foreach (var result in report.Results.Select(carried => carried.ToResult(_sent?.Fields ?? [])))
            message.Publish(result.Provenance is ResultProvenance.Computed ? result with { Provenance = ResultProvenance.Worker } : result);
    }
}
