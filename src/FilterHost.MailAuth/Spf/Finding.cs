namespace FilterHost.MailAuth.Spf;

/// <summary>What check_host() finds for a domain (RFC 7208 §2.6).</summary>
/// <param name="Outcome">The result.</param>
/// <param name="Reason">Why, in a few words.</param>
internal sealed record Finding(SpfOutcome Outcome, string? Reason = null)
{
    /// <summary>The mechanism that matched.</summary>
    public string? Mechanism { get; init; }

    /// <summary>As <see cref="SpfResult.MatchWidth"/>.</summary>
    public int? MatchWidth { get; init; }

    /// <summary>What the record says about an explanation.</summary>
    public DomainSpec? Explanation { get; init; }

    /// <summary>The domain of the record: that of the question, or one that it redirects to.</summary>
    public DomainName? Domain { get; init; }
}
