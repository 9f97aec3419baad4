using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Signs mail of authenticated and internal clients where the key store has keys for the author's domain.</summary>
internal sealed class DkimSignFilter(
    DkimSignSettings settings, SigningForms forms, SigningAuthor senders, UnsignedMail unsigned, LoginCheck logins, JudgementActions actions, ISigningKeyStore store, SignatureProof proof, TimeProvider time)
    : MessageFilter, IDisposable
{
    private IReadOnlyList<SigningKey> _keys = [];
    private DkimSigner? _signer;
    private DomainForm? _form;

    public override async ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message)
    {
        var verdict = await FindKeysAsync(message);
        if (_keys.Count == 0)
            message.StopReadingBody();
        else
            _signer = new DkimSigner(_form!.Form, _keys, time);
        return verdict;
    }

    public override ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
    {
        _signer?.AppendBody(chunk.Span);
        return Verdict.Continue;
    }

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (_signer is null)
            return Verdict.Continue;
        var signing = await _signer.FinishAsync(message.Header, store.SignAsync, message.CancellationToken);
        if (signing is not DkimSigning.Signed signed)
            return Unusable(message, ((DkimSigning.Unavailable)signing).Reason);
        foreach (var (key, field) in _keys.Zip(signed.Fields))
        {
            var note = $"signed d={key.SigningDomain} s={key.Selector} a={(key.Algorithm == SigningAlgorithm.RsaSha256 ? "rsa-sha256" : "ed25519-sha256")}";
            message.Note(message.IsObserved ? $"{note}: {await proof.DescribeAsync(message, field)}" : note);
        }
        // Each goes on top of the one before, so the last key comes first: the signatures then stand in the order of the keys.
        for (var i = signed.Fields.Count - 1; i >= 0; i--)
            message.Edits.InsertAtTop(signed.Fields[i]);
        return Verdict.Continue;
    }

    public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _signer?.Dispose();
        _signer = null;
    }

    private async ValueTask<Verdict> FindKeysAsync(MailMessage message)
    {
        // That a message has been judged before makes it nobody's own.
        if (message.Origin is MailOrigin.External || (message.Origin is MailOrigin.Reentered && !message.Connection.IsInternal))
            return Unsigned(message, message.DescribeOrigin());
        // A forged author that a judgement found must not leave with our signature because it came by a content filter or sendmail(1).
        if (message.Results.OfType<DmarcResult>().Any(result => result.Outcome is DmarcOutcome.Fail))
            return Unsigned(message, "dmarc=fail");
        if (message.Origin is MailOrigin.Authenticated or MailOrigin.Internal)
            actions.RemoveForgedTags(message);
        if (logins.Judge(message) is { } judgement)
        {
            message.Note($"not signed: {judgement.Text}");
            return actions.Apply(message, judgement);
        }
        if (senders.Find(message.Header, out var reason) is not { } author)
            return WithoutAuthor(message, reason);
        if (unsigned.ReasonFor(author.Domain, message.Envelope) is { } exemption)
            return Unsigned(message, exemption);
        switch (await store.FindKeysAsync(QueryFor(message, author), message.CancellationToken))
        {
            case SigningKeys.Found { Keys: { Count: > 0 } keys }:
                _form = forms.For(author.Domain);
                _keys = _form.Complete(keys, author.Domain);
                return Verdict.Continue;
            case SigningKeys.Unavailable unavailable:
                return Unusable(message, unavailable.Reason);
            case SigningKeys.Misconfigured misconfigured:
                return Unusable(message, misconfigured.Place);
            default:
                return Unsigned(message, $"no key for {author.Domain}");
        }
    }

    private Verdict WithoutAuthor(MailMessage message, string reason)
    {
        if (settings.OnSeveralFrom == SeveralFromPolicy.Accept || !SigningAuthor.IsSeveral(reason))
            return Unsigned(message, reason);
        message.Note($"refused: {reason}");
        return Verdict.Reject($"message is not signed: {reason}");
    }

    private static Verdict Unsigned(MailMessage message, string reason)
    {
        message.Note($"not signed: {reason}");
        return Verdict.Continue;
    }

    // Mail that should be signed never goes out unsigned. The reason may name paths, which are for our log and not for the client.
    private static Verdict Unusable(MailMessage message, string reason)
    {
        message.Note($"cannot sign: {reason}");
        return Verdict.TempFail("signing key is not available, try again later");
    }

    private static SigningQuery QueryFor(MailMessage message, AuthorMailbox author) => new()
    {
        AuthorDomain = author.Domain,
        AuthorLocalPart = author.LocalPart,
        ReversePath = message.Envelope.ReversePath.ToString(),
        AuthenticatedUser = message.AuthenticatedUser,
        ClientAddress = message.Connection.ClientAddress,
        DaemonName = message.Connection.DaemonName,
        Listener = message.Connection.Listener,
    };
}
