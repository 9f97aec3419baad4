namespace FilterHost.MailAuth.Dmarc;

/// <summary>A domain that SPF or DKIM vouches for (RFC 9989 §3.2.1), or might have, had DNS answered.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="IsPass">True for a pass; false for a temporary error.</param>
internal readonly record struct AuthenticatedIdentifier(DomainName Domain, bool IsPass)
{
    public static IEnumerable<AuthenticatedIdentifier> OfDkim(IReadOnlyList<AuthenticationResult> results)
    {
        foreach (var result in results.OfType<DkimSignatureResult>())
        {
            // Of a key under test a verifier makes nothing (RFC 6376 §3.6.1). The outcome policy, such as for an uncovered body, is no pass.
            if (result is { SigningDomain: { } domain, Outcome: DkimOutcome.Pass or DkimOutcome.TempError } && result.IsTestingKey is not true)
                yield return new AuthenticatedIdentifier(domain, result.Outcome is DkimOutcome.Pass);
        }
    }

    public static IEnumerable<AuthenticatedIdentifier> OfSpf(IReadOnlyList<AuthenticationResult> results, EnvelopeAddress reversePath)
    {
        foreach (var result in results.OfType<SpfResult>())
        {
            // RFC 9989 §3.2.4: "DMARC relies solely on SPF validation of the MAIL FROM identity", which for a null path is postmaster at the HELO name.
            if (result is { Identity: SpfIdentity.MailFrom, Domain: { } domain, Outcome: SpfOutcome.Pass or SpfOutcome.TempError } && IsOfThisMail(result, domain, reversePath))
                yield return new AuthenticatedIdentifier(domain, result.Outcome is SpfOutcome.Pass);
        }
    }

    /// <summary>True where a method found something out about no domain in particular, for now: it might have vouched for any.</summary>
    public static bool IsUnknown<TResult>(IReadOnlyList<AuthenticationResult> results)
        where TResult : AuthenticationResult =>
        results.OfType<TResult>().Any(static result => result is DkimSignatureResult { Outcome: DkimOutcome.TempError, SigningDomain: null } or SpfResult { Outcome: SpfOutcome.TempError, Domain: null, Identity: SpfIdentity.MailFrom });

    // A result read from a field is another host's word on an envelope that may have been another's: only one on the reverse-path of this message counts.
    private static bool IsOfThisMail(SpfResult result, DomainName domain, EnvelopeAddress reversePath) =>
        result.Provenance is not ResultProvenance.Field || domain.Equals(reversePath.Domain);
}
