using FilterHost.Dns;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimVerify;

/// <summary>Verifies the signatures of mail that comes from outside, publishes the results, and does what the settings say about them.</summary>
public sealed class DkimVerifyFilter(DkimVerifySettings settings, DkimVerificationOptions options, PublicKeyCache cache, IDnsResolver resolver, TimeProvider time)
    : MessageFilter, IDisposable
{
    private DkimVerifier? _verifier;

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        if (settings.Verify == VerifiedMail.External && WhyOurs(message) is { } why)
        {
            message.Note($"not verified: {why}");
            message.StopReadingBody();
            return Verdict.Continue;
        }
        _verifier = new DkimVerifier(message.Header, options, cache, time);
        _verifier.StartLookups(resolver, message.CancellationToken);
        if (!_verifier.NeedsBody)
            message.StopReadingBody();
        return Verdict.Continue;
    }

    public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        if (_verifier is { NeedsBody: true })
            _verifier.AppendBody(chunk.Span);
        return Verdict.Continue;
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (_verifier is null)
            return Verdict.Continue;
        var results = await _verifier.FinishAsync(resolver, message.CancellationToken);
        foreach (var result in results)
        {
            message.Publish(result);
            message.Note(Describe(result));
        }
        return Act(message, DkimDecision.For(results, settings));
    }

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _verifier?.Dispose();
        _verifier = null;
    }

    private static string? WhyOurs(MailMessage message)
    {
        if (message.AuthenticatedUser is { } user)
            return $"client authenticated as {user}";
        return message.Connection.IsInternal ? "client is internal" : null;
    }

    private static string Describe(DkimSignatureResult result)
    {
        var text = $"dkim={result.Word}";
        if (result.SigningDomain is not null)
            text += $" d={result.SigningDomain} s={result.Selector}";
        return result.Reason is null ? text : $"{text} ({result.Reason})";
    }

    private static Verdict Act(MailMessage message, DkimDecision decision)
    {
        var text = $"DKIM: {decision.Reason}";
        switch (decision.Action)
        {
            case MailAction.Reject:
                return Verdict.Reply(new SmtpReply(550, decision.RejectCode, text));
            case MailAction.Tempfail:
                return Verdict.Reply(new SmtpReply(451, decision.TempFailCode, text));
            case MailAction.Discard:
                return Verdict.Discard;
            case MailAction.Quarantine:
                message.Edits.Quarantine(text);
                return Verdict.Continue;
            default:
                return Verdict.Continue;
        }
    }
}
