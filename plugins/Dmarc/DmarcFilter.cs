using FilterHost.Dns;
using FilterHost.MailAuth.Dmarc;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.Dmarc;

/// <summary>Evaluates DMARC for mail from outside by the results of earlier filters, publishes the result, and does what the settings say about it.</summary>
internal sealed class DmarcFilter(DmarcSettings settings, DmarcDecision decision, Exemptions exemptions, OrganizationalDomainSource source, IDnsResolver resolver, JudgementActions actions)
    : MessageFilter, IDisposable
{
    private DmarcEvaluation? _evaluation;

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        message.StopReadingBody();
        if (message.Origin is not MailOrigin.External)
        {
            message.Note($"not evaluated: {message.DescribeOrigin()}");
            return Verdict.Continue;
        }
        actions.RemoveForgedTags(message);
        _evaluation = new DmarcEvaluation(resolver, source.List, message.CancellationToken);
        _evaluation.StartLookup(AuthorParser.Parse(message.Header));
        return Verdict.Continue;
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (_evaluation is null)
            return Verdict.Continue;
        // Read anew: an earlier filter may have edited From since.
        var result = await _evaluation.EvaluateAsync(AuthorParser.Parse(message.Header), message.Envelope.ReversePath, ResultsOf(message));
        var judgement = decision.For(result);
        var isFailing = result.Outcome is DmarcOutcome.Fail || judgement.Action is not MailAction.Accept;
        var exemption = isFailing ? exemptions.Find(message, result) : null;
        if (exemption is not null)
            judgement = judgement with { Action = MailAction.Accept };
        if (isFailing)
            result = WithDisposition(result, judgement.Action, exemption);
        message.Publish(result);
        message.Note(Describe(result, exemption));
        return actions.Apply(message, judgement);
    }

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _evaluation?.Dispose();
        _evaluation = null;
    }

    // A method whose filter did not run, or whose listener is down, has no result at all, not even none.
    private AuthenticationResult[] ResultsOf(CompleteMessage message)
    {
        var results = new List<AuthenticationResult>();
        if (settings.Identifiers.Contains(AuthenticationMethod.Spf))
            AddAll(new SpfResult { Outcome = SpfOutcome.TempError, Identity = SpfIdentity.MailFrom });
        if (settings.Identifiers.Contains(AuthenticationMethod.Dkim))
            AddAll(new DkimSignatureResult { Outcome = DkimOutcome.TempError });
        return [.. results];

        void AddAll<TResult>(TResult unknown)
            where TResult : AuthenticationResult
        {
            var count = results.Count;
            results.AddRange(message.Results.OfType<TResult>());
            if (results.Count == count && settings.MissingResults is MissingResults.Temperror)
                results.Add(unknown);
        }
    }

    // RFC 9990 has a reason wherever the disposition is not what the domain asks for.
    private static DmarcResult WithDisposition(DmarcResult result, MailAction action, Exemption? exemption)
    {
        DmarcPolicy? disposition = action switch
        {
            MailAction.Accept or MailAction.Tag => DmarcPolicy.None,
            MailAction.Quarantine => DmarcPolicy.Quarantine,
            MailAction.Reject or MailAction.Discard => DmarcPolicy.Reject,
            _ => null,
        };
        var reason = exemption?.Reason ?? (disposition == (result.Policy ?? DmarcPolicy.None) && result.Outcome is DmarcOutcome.Fail ? null : "local_policy");
        return result with { Disposition = disposition, Overrides = reason is null ? result.Overrides : [.. result.Overrides, reason] };
    }

    private static string Describe(DmarcResult result, Exemption? exemption)
    {
        var text = $"dmarc={result.Word}";
        if (result.AuthorDomain is { } author)
            text += $" from {author}";
        if (result.Policy is { } policy)
            text += $", policy {policy.ToString().ToLowerInvariant()} of {result.PolicyDomain}";
        if (result.AuthorDomain is not null && result.Outcome is not DmarcOutcome.TempError)
            text += $", dkim {Word(result.IsDkimAligned)}, spf {Word(result.IsSpfAligned)}";
        if (result.Reason is not null)
            text += $" ({result.Reason})";
        return exemption is { } exempt ? $"{text}, accepted by {exempt.Reason}: {exempt.Detail}" : text;
    }

    private static string Word(bool? isAligned) => isAligned switch { true => "aligned", false => "not aligned", null => "unknown" };
}
