using FilterHost.Dns;
using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimVerify;

/// <summary>Verifies the signatures of mail that comes from outside, publishes the results, and does what the settings say about them.</summary>
internal sealed class DkimVerifyFilter(
    DkimVerifySettings settings, DkimVerificationOptions options, SignerTrust trust, DomainList exempt, PublicKeyCache cache, IDnsResolver resolver, JudgementActions actions, TimeProvider time)
    : MessageFilter, IDisposable
{
    private DkimVerifier? _verifier;

    public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        if (message.Origin is MailOrigin.Reentered || (settings.Verify == VerifiedMail.External && message.Origin is not MailOrigin.External))
            return Unverified(message, message.DescribeOrigin());
        if (ExemptAuthor(message.Header) is { } author)
            return Unverified(message, $"{author} is exempt");
        actions.RemoveForgedTags(message);
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
        var results = trust.Judge(await _verifier.FinishAsync(resolver, message.CancellationToken), message.Header);
        foreach (var result in results)
        {
            if (settings.ResultNone || result.Outcome is not DkimOutcome.None)
                message.Publish(result);
            message.Note(Describe(result));
        }
        return actions.Apply(message, DkimDecision.For(results, settings));
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

    private static ValueTask<Verdict> Unverified(MailMessage message, string reason)
    {
        message.Note($"not verified: {reason}");
        message.StopReadingBody();
        return Verdict.Continue;
    }

    private DomainName? ExemptAuthor(HeaderSection header) =>
        settings.ExemptDomains.Count > 0 && AuthorParser.Parse(header) is Author.One { Mailbox.Domain: var author } && exempt.Has(author) ? author : null;

    private static string Describe(DkimSignatureResult result)
    {
        var text = $"dkim={result.Word}";
        if (result.SigningDomain is not null)
            text += $" d={result.SigningDomain} s={result.Selector}";
        return result.Reason is null ? text : $"{text} ({result.Reason})";
    }
}
