using FilterHost.Dns;
using FilterHost.MailAuth.Spf;

namespace FilterHost.Plugins.Spf;

/// <summary>Evaluates SPF for mail that comes from outside, publishes the results, and does what the settings say about them.</summary>
internal sealed class SpfFilter(SpfSettings settings, SpfEvaluator evaluator, ClientTurns turns, IDnsResolver resolver, JudgementActions actions) : MessageFilter
{
    private Task<Evaluations>? _evaluations;

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        message.StopReadingBody();
        if (message.Origin is not MailOrigin.External)
        {
            message.Note($"not evaluated: {message.DescribeOrigin()}");
            return Verdict.Continue;
        }
        actions.RemoveForgedTags(message);
        if (settings.ReceivedSpf)
            RemoveForeignFields(message);
        // DNS works while the body comes.
        var connection = message.Connection;
        var request = SpfRequest.ForMailFrom(connection.ClientAddress, connection.Helo, message.Envelope.ReversePath) with { Receiver = connection.MtaName };
        _evaluations = EvaluateAsync(request with { WantsExplanation = settings.Explain && settings.OnFail is MailAction.Reject }, message.CancellationToken);
        return Verdict.Continue;
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (_evaluations is null)
            return Verdict.Continue;
        var evaluations = await _evaluations;
        if (evaluations.Helo is { } helo)
            Report(message, helo.Result);
        // Last, so that its Received-SPF field stands on top.
        Report(message, evaluations.MailFrom.Result);
        return actions.Apply(message, SpfDecision.For(evaluations.MailFrom, message.Connection.ClientAddress, settings));
    }

    private async Task<Evaluations> EvaluateAsync(SpfRequest mailFrom, CancellationToken cancellationToken)
    {
        using var turn = mailFrom.ClientAddress is { } client ? await turns.EnterAsync(client, settings.EvaluationTime, cancellationToken) : null;
        if (turn is null && mailFrom.ClientAddress is not null)
            return new Evaluations(NoTurn(mailFrom), null);
        var helo = SpfRequest.ForHelo(mailFrom.ClientAddress, mailFrom.Helo) with { Receiver = mailFrom.Receiver };
        // A null path is checked by the HELO name already. RFC 7208 §2.3: a HELO name that is no domain cannot be checked.
        var asksHelo = settings.Helo && !mailFrom.IsNullPath && helo is { Domain.LabelCount: > 1, ClientAddress: not null };
        var heloTask = asksHelo ? evaluator.EvaluateAsync(helo, resolver, cancellationToken).AsTask() : null;
        var result = await evaluator.EvaluateAsync(mailFrom, resolver, cancellationToken);
        return new Evaluations(result, heloTask is null ? null : await heloTask);
    }

    private static SpfEvaluation NoTurn(SpfRequest request) => new(new SpfResult
    {
        Outcome = SpfOutcome.TempError,
        Reason = "too many messages of this client are evaluated at once",
        Identity = request.Identity,
        Domain = request.Domain,
        Mailbox = request.Domain?.ToString(),
        IsNullPath = request.IsNullPath,
    });

    private void Report(CompleteMessage message, SpfResult result)
    {
        message.Publish(result);
        message.Note(Describe(result));
        if (settings.ReceivedSpf)
        {
            var connection = message.Connection;
            message.Edits.InsertAtTop(ReceivedSpfField.Create(result, connection.ClientAddress, connection.Helo, message.Envelope.ReversePath, connection.MtaName));
        }
    }

    private static void RemoveForeignFields(MailMessage message)
    {
        foreach (var field in message.Header.All(ReceivedSpfField.Name).ToArray())
            message.Edits.Remove(field);
    }

    private static string Describe(SpfResult result)
    {
        var text = $"spf={result.Word}";
        if (result.Mailbox is not null)
            text += $" {(result.Identity is SpfIdentity.Helo || result.IsNullPath is true ? "helo" : "mailfrom")}={result.Mailbox}";
        if (result.Mechanism is not null)
            text += $" {result.Mechanism}";
        return result.Reason is null ? text : $"{text} ({result.Reason})";
    }

    private sealed record Evaluations(SpfEvaluation MailFrom, SpfEvaluation? Helo);
}
