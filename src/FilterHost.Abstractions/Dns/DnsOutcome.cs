namespace FilterHost.Dns;

/// <summary>What came of a question.</summary>
public enum DnsOutcome
{
    /// <summary>There are records of the type.</summary>
    Records,

    /// <summary>The name exists, without records of the type.</summary>
    NoData,

    /// <summary>The name does not exist (RFC 2308 §2.1). It says nothing about names below it.</summary>
    NxDomain,

    /// <summary>The server failed or refused, or its answer was malformed or bogus.</summary>
    ServerFailure,

    /// <summary>No server answered in time.</summary>
    Timeout,

    /// <summary>The message has used up its questions; nothing was asked.</summary>
    BudgetSpent,
}
