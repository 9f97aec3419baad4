namespace FilterHost;

/// <summary>The result of SPF for one identity. What is not known is null.</summary>
public sealed record SpfResult : AuthenticationResult
{
    /// <inheritdoc/>
    public override string Method => "spf";

    /// <inheritdoc/>
    public override string Word => Outcome.ToString().ToLowerInvariant();

    /// <summary>The result.</summary>
    public required SpfOutcome Outcome { get; init; }

    /// <summary>The identity that was checked.</summary>
    public required SpfIdentity Identity { get; init; }

    /// <summary>The domain that was checked.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>The identity's mailbox, or the domain where it has none, as it is written into the field.</summary>
    public string? Mailbox { get; init; }

    /// <summary>True where the reverse-path was null and the HELO name stood in for it.</summary>
    public bool? IsNullPath { get; init; }

    /// <summary>The mechanism that matched, such as <c>ip4:192.0.2.0/24</c>.</summary>
    public string? Mechanism { get; init; }

    /// <summary>The width of the match: number of address bits that the matching mechanism did not look at (0 for a single address, 32 or 128 for <c>all</c>).</summary>
    public int? MatchWidth { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<ResultProperty> Properties =>
        Mailbox is null ? [] : [new ResultProperty("smtp", Identity is SpfIdentity.Helo || IsNullPath is true ? "helo" : "mailfrom", Mailbox)];
}
