using FilterHost.Dns;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Verifies the signatures of one message: made from the header section, fed the body, asked for results at the end. It keeps nothing of the body.
/// Bad mail and bad DNS are results, never exceptions.
/// </summary>
public sealed class DkimVerifier : IDisposable
{
    private readonly DkimVerificationOptions _options;
    private readonly PublicKeyCache _cache;
    private readonly TimeProvider _time;
    private readonly HeaderSection _header;
    private readonly BodyHasher _body = new();
    private readonly List<Evaluation> _evaluations = [];
    private readonly int _unread;
    private HeaderIndex? _index;

    /// <summary>Reads the signatures of a header section, top to bottom.</summary>
    /// <param name="header">The section; its fields must stay valid until the results are there.</param>
    /// <param name="options">Limits and choices.</param>
    /// <param name="cache">Imported keys, shared by all messages.</param>
    /// <param name="time">The clock for t= and x=.</param>
    public DkimVerifier(HeaderSection header, DkimVerificationOptions options, PublicKeyCache cache, TimeProvider time)
    {
        (_header, _options, _cache, _time) = (header, options, cache, time);
        for (var i = 0; i < header.Count; i++)
        {
            if (!header[i].IsNamed("DKIM-Signature"))
                continue;
            if (_evaluations.Count < options.MaximumSignatures)
                Add(header[i]);
            else
                _unread++;
        }
    }

    /// <summary>False where no signature needs the body.</summary>
    public bool NeedsBody { get; private set; }

    /// <summary>Begins to look up the keys, so that DNS works while the body comes. Without this call <see cref="FinishAsync"/> looks them up.</summary>
    public void StartLookups(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        foreach (var evaluation in _evaluations)
        {
            if (evaluation.Signature.Problem is null)
                evaluation.Answer ??= resolver.ResolveAsync(evaluation.Signature.KeyName!, DnsRecordType.Txt, cancellationToken).AsTask();
        }
    }

    /// <summary>Takes the next part of the body, cut anywhere.</summary>
    public void AppendBody(ReadOnlySpan<byte> chunk) => _body.Append(chunk);

    /// <summary>The result of each signature, from the top; one result, none, for a message without signatures.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<IReadOnlyList<DkimSignatureResult>> FinishAsync(IDnsResolver resolver, CancellationToken cancellationToken)
    {
        if (_evaluations.Count == 0 && _unread == 0)
            return [new DkimSignatureResult { Outcome = DkimOutcome.None }];
        StartLookups(resolver, cancellationToken);
        _body.Finish();
        var results = new List<DkimSignatureResult>(_evaluations.Count + 1);
        var prefixes = SignaturePrefix.Of([.. _evaluations.Select(static evaluation => evaluation.Signature.SignatureText)]);
        foreach (var evaluation in _evaluations)
        {
            var answer = evaluation.Answer is null ? null : await evaluation.Answer.WaitAsync(cancellationToken);
            results.Add(Judge(evaluation, answer) with { SignaturePrefix = prefixes[results.Count] });
        }
        if (_unread > 0)
            results.Add(TooMany());
        return results;
    }

    /// <summary>Drops the message. Look-ups still under way end by their token.</summary>
    public void Dispose()
    {
        foreach (var evaluation in _evaluations)
        {
            // A failure that nobody waits for any more is looked at here, so that it does not surface elsewhere.
            evaluation.Answer?.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        _body.Dispose();
    }

    private void Add(HeaderField field)
    {
        var signature = DkimSignature.Parse(field, _options.MaximumSignedFields);
        signature.Problem ??= ProblemOfTime(signature);
        var evaluation = new Evaluation(signature);
        _evaluations.Add(evaluation);
        if (signature.Problem is not null)
            return;
        NeedsBody = true;
        evaluation.Pass = _body.Add(signature.Canonicalization.Body, signature.BodyLength);
    }

    // RFC 6376 §3.5 lets a verifier treat an expired signature, or one from the future, as invalid; §6.1.1 names it PERMFAIL (signature expired).
    private string? ProblemOfTime(DkimSignature signature)
    {
        var now = _time.GetUtcNow();
        if (signature.ExpiresAt < now - _options.ClockSkew)
            return "signature has expired";
        return signature.SignedAt > now + _options.ClockSkew ? "signature is from the future" : null;
    }

    private DkimSignatureResult Judge(Evaluation evaluation, DnsAnswer? answer)
    {
        var signature = evaluation.Signature;
        if (answer is null)
            return Report(signature, DkimOutcome.PermError, signature.Problem);
        var lookup = KeyLookup.From(answer, signature, _cache);
        if (lookup.Keys.Count == 0)
        {
            var outcome = lookup.IsTemporary ? DkimOutcome.TempError : DkimOutcome.PermError;
            return Report(signature, outcome, lookup.Problem) with { Defect = lookup.Defect, KeySecurity = lookup.Security, IsTestingKey = lookup.Rejected?.IsTesting };
        }
        var bodyLength = _body.Length(evaluation.Pass);
        var (record, key) = lookup.Keys[0];
        var result = Report(signature, DkimOutcome.Fail, null) with { KeySecurity = lookup.Security };
        if (signature.BodyLength > bodyLength)
            result = result with { Outcome = DkimOutcome.PermError, Reason = "l= is larger than the body" };
        else if (!_body.Hash(evaluation.Pass).AsSpan().SequenceEqual(signature.BodyHash))
            result = result with { Reason = "body hash did not verify" };
        else if (!TryVerify(signature, lookup, ref record, ref key))
            result = result with { Reason = "signature did not verify" };
        else
            result = JudgeByPolicy(result, signature, key) with { UncoveredBytes = 0 };
        if (signature.BodyLength < bodyLength)
            result = WithUncovered(result, signature.BodyLength.Value, bodyLength);
        return result with { KeyBits = key.Bits, IsTestingKey = record.IsTesting };
    }

    private bool TryVerify(DkimSignature signature, KeyLookup lookup, ref KeyRecord record, ref PublicKey key)
    {
        var digest = Digest(signature);
        foreach (var candidate in lookup.Keys)
        {
            if (!candidate.Key.Verifies(digest, signature.Signature))
                continue;
            (record, key) = candidate;
            return true;
        }
        return false;
    }

    private byte[] Digest(DkimSignature signature) => Digest(signature, _index ??= new HeaderIndex(_header));

    internal static byte[] Digest(DkimSignature signature, HeaderIndex index)
    {
        using var hasher = new HeaderHasher(signature.Canonicalization.Header);
        var selection = index.Select(signature.Field);
        foreach (var name in signature.SignedHeaderFields)
        {
            if (selection.Next(signature.Field.Body[name]) is { } field)
                hasher.Add(field);
        }
        hasher.AddSignature(signature.Field.Name.Span, signature.Field.Body.Span, signature.SignatureRange);
        return hasher.Finish();
    }

    private DkimSignatureResult JudgeByPolicy(DkimSignatureResult result, DkimSignature signature, PublicKey key)
    {
        if (key is RsaPublicKey && key.Bits < _options.MinimumKeyBits)
            return NotAcceptable(result, DkimDefect.WeakKey, $"key of {key.Bits} bits is too short here");
        if (UnsignedField(signature) is { } name)
            return NotAcceptable(result, DkimDefect.UnsignedField, $"{name} is not signed");
        if (_options.RequiresProtectedKey && result.KeySecurity is not DnsSecurity.Secure)
            return NotAcceptable(result, DkimDefect.UnprotectedKey, "key is not protected by DNSSEC");
        return result with { Outcome = DkimOutcome.Pass };
    }

    private static DkimSignatureResult NotAcceptable(DkimSignatureResult result, DkimDefect defect, string reason) =>
        result with { Outcome = DkimOutcome.Policy, Defect = defect, Reason = reason };

    // Each instance counts: one that is not signed may be the one that is shown.
    private string? UnsignedField(DkimSignature signature)
    {
        foreach (var name in _options.MustSign)
        {
            var unsigned = _header.All(name).Count();
            foreach (var signed in signature.SignedHeaderFields)
                unsigned -= System.Text.Ascii.EqualsIgnoreCase(signature.Field.Body.Span[signed], name) ? 1 : 0;
            if (unsigned > 0)
                return name;
        }
        return null;
    }

    private DkimSignatureResult WithUncovered(DkimSignatureResult result, long covered, long length)
    {
        result = result with { UncoveredBytes = length - covered };
        var isEnough = _options.MinimumSigned?.IsMetBy(covered, length) ?? _options.BodyLengthPolicy is BodyLengthPolicy.Accept;
        return result.Outcome is DkimOutcome.Pass && !isEnough ? NotAcceptable(result, DkimDefect.BodyLength, "l= leaves part of the body unsigned") : result;
    }

    private DkimSignatureResult TooMany() => new()
    {
        Outcome = DkimOutcome.Policy,
        Reason = $"{_unread} more signatures were not evaluated",
    };

    private static DkimSignatureResult Report(DkimSignature signature, DkimOutcome outcome, string? reason) => new()
    {
        Outcome = outcome,
        Reason = reason,
        SigningDomain = signature.SigningDomain,
        Selector = signature.Selector,
        UserIdentifier = signature.UserIdentifier,
        Algorithm = signature.AlgorithmWord,
        SignedAt = signature.SignedAt,
        ExpiresAt = signature.ExpiresAt,
        Field = signature.Field,
    };

    private sealed class Evaluation(DkimSignature signature)
    {
        public DkimSignature Signature { get; } = signature;

        public int Pass { get; set; }

        public Task<DnsAnswer>? Answer { get; set; }
    }
}
