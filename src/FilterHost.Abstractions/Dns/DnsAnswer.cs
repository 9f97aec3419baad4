namespace FilterHost.Dns;

/// <summary>The answer to one question.</summary>
public sealed record DnsAnswer
{
    /// <summary>What came of it.</summary>
    public required DnsOutcome Outcome { get; init; }

    /// <summary>The records, in the order of the answer; empty for every outcome but <see cref="DnsOutcome.Records"/>.</summary>
    public IReadOnlyList<DnsRecord> Records { get; init; } = [];

    /// <summary>The name at the end of the aliases; null where none was followed.</summary>
    public DomainName? CanonicalName { get; init; }

    /// <summary>How long the answer may be kept, negative ones included (RFC 2308).</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>What is known of its authenticity.</summary>
    public DnsSecurity Security { get; init; }

    /// <summary>True where the name asked for exists: it has records, or other types, or an alias was followed.</summary>
    public bool NameExists => Outcome is DnsOutcome.Records or DnsOutcome.NoData || (Outcome is DnsOutcome.NxDomain && CanonicalName is not null);

    /// <summary>True where the question may find an answer later.</summary>
    public bool IsTemporary => Outcome is DnsOutcome.ServerFailure or DnsOutcome.Timeout or DnsOutcome.BudgetSpent;
}
