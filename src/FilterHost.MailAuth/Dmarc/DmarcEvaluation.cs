using FilterHost.Dns;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>
/// Evaluates DMARC (RFC 9989) for one message: made for it, told the author, asked for the result when those of SPF and DKIM are there. Bad mail and bad DNS are results, never exceptions.
/// </summary>
public sealed class DmarcEvaluation : IDisposable
{
    private readonly DmarcRecords _records;
    private readonly DomainTree _tree;

    /// <summary>An evaluation.</summary>
    /// <param name="resolver">Asks DNS.</param>
    /// <param name="publicSuffixes">A list by which organizational domains are found, as RFC 7489 has it; null for the tree walk of RFC 9989.</param>
    /// <param name="cancellationToken">Ends every look-up.</param>
    public DmarcEvaluation(IDnsResolver resolver, PublicSuffixList? publicSuffixes, CancellationToken cancellationToken)
    {
        _records = new DmarcRecords(resolver, cancellationToken);
        _tree = publicSuffixes is null ? new TreeWalk(_records) : new PublicSuffixTree(publicSuffixes, _records);
    }

    /// <summary>Begins to look up the author domain's record, so that DNS works while the body comes.</summary>
    public void StartLookup(Author author)
    {
        if (AuthorDomain.TryGet(author, out var domain, out _))
            _ = _records.GetAsync(domain);
    }

    /// <summary>The result.</summary>
    /// <param name="author">Who wrote the message.</param>
    /// <param name="reversePath">The reverse-path, with which results that were read from a field must agree.</param>
    /// <param name="results">The results of SPF and DKIM; others are passed over. A temporary error without a domain stands for what is not known.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<DmarcResult> EvaluateAsync(Author author, EnvelopeAddress reversePath, IReadOnlyList<AuthenticationResult> results)
    {
        // RFC 9989 §4.4: "Identifier Alignment cannot occur with a message that is not valid per [RFC5322], particularly one with a malformed, absent, or repeated RFC5322.From header field".
        // §5.3.1 leaves the rest to us: such mail fails, so that nobody takes it for that of a domain without policy.
        if (!AuthorDomain.TryGet(author, out var domain, out var problem))
            return new DmarcResult { Outcome = DmarcOutcome.Fail, Reason = problem };
        var answer = await FindRecordAsync(domain);
        if (answer.FailedAt is { } failedAt)
            return TempError(domain, failedAt);
        var record = answer.Record;
        var alignment = new AlignmentCheck(domain, _tree);
        // Where no record that can be used says that others of the organization speak for the domain, only it does itself.
        var dkim = await alignment.CheckAsync([.. AuthenticatedIdentifier.OfDkim(results).Distinct()], record is not { IsUsable: true, IsDkimStrict: false });
        dkim = dkim.Unless(AuthenticatedIdentifier.IsUnknown<DkimSignatureResult>(results), "dkim");
        var spf = await alignment.CheckAsync([.. AuthenticatedIdentifier.OfSpf(results, reversePath).Distinct()], record is not { IsUsable: true, IsSpfStrict: false });
        spf = spf.Unless(AuthenticatedIdentifier.IsUnknown<SpfResult>(results), "spf");
        var result = new DmarcResult { Outcome = DmarcOutcome.None, AuthorDomain = domain, PolicyDomain = record?.Domain, Tags = record?.Tags, IsDkimAligned = dkim.IsAligned, IsSpfAligned = spf.IsAligned };
        if (record is null)
            return result with { Reason = "no DMARC record" };
        // RFC 9989 §9.2, permerror: "such as the retrieval of an improperly formatted DMARC Policy Record".
        if (!record.IsUsable)
            return result with { Outcome = DmarcOutcome.PermError, Reason = "the DMARC record has no valid policy and no reporting address" };
        // An inherited record was found by the walk that tells the organizational domain: nothing is asked again.
        var organization = domain.Equals(record.Domain) ? alignment.OrganizationalDomain : (await _tree.FindOrganizationAsync(domain)).Domain;
        return await JudgeAsync(result with { OrganizationalDomain = organization }, record, dkim, spf);
    }

    /// <summary>Drops the message. Look-ups still under way end by their token.</summary>
    public void Dispose() => _records.Abandon();

    // RFC 9989 §4.10.1: the author domain's own record, else that of its organizational domain, else that of its public suffix domain.
    private async ValueTask<RecordAnswer> FindRecordAsync(DomainName domain)
    {
        var own = await _records.GetAsync(domain);
        return own.Record is null && own.FailedAt is null ? await _tree.FindInheritedRecordAsync(domain) : own;
    }

    // RFC 9989 §5.3.5: one aligned identifier is a pass, whatever became of the others. Without one, a look-up that failed may hide one: §5.3.6 then forbids both pass and fail.
    private async ValueTask<DmarcResult> JudgeAsync(DmarcResult result, DmarcRecord record, AlignmentFinding dkim, AlignmentFinding spf)
    {
        var domain = result.AuthorDomain!;
        var asked = await FindPolicyAsync(domain, record);
        DmarcPolicy? policy = asked is { } known ? record.Applied(known) : null;
        if (dkim.IsAligned is true || spf.IsAligned is true)
            return result with { Outcome = DmarcOutcome.Pass, Policy = policy };
        if ((dkim.Problem ?? spf.Problem) is { } problem)
            return result with { Outcome = DmarcOutcome.TempError, Reason = problem };
        if (policy is null)
            return result with { Outcome = DmarcOutcome.TempError, Reason = $"whether {domain} exists could not be looked up" };
        // RFC 9990 knows the test mode as a reason why the policy was not applied as published.
        return result with { Outcome = DmarcOutcome.Fail, Policy = policy, Reason = "no aligned identifier", Overrides = policy == asked ? [] : ["policy_test_mode"] };
    }

    // The policy before t=; null where it hangs on a look-up that failed.
    private async ValueTask<DmarcPolicy?> FindPolicyAsync(DomainName domain, DmarcRecord record)
    {
        var isBelow = !domain.Equals(record.Domain);
        var exists = isBelow && record.DependsOnExistence ? await _records.ExistsAsync(domain) : true;
        return exists is { } known ? record.PolicyFor(isBelow, known) : null;
    }

    private static DmarcResult TempError(DomainName domain, DomainName failedAt) => new()
    {
        Outcome = DmarcOutcome.TempError,
        AuthorDomain = domain,
        Reason = $"the DMARC record of {failedAt} could not be looked up",
    };
}
