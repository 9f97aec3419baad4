namespace FilterHost.Dns;

/// <summary>
/// Asks DNS. Safe for use by many callers at once. Failures are outcomes, never exceptions; only cancellation throws.
/// What a filter gets by injection carries the message's budget of questions, remembers its answers, and ends with its time.
/// </summary>
[ServiceContract("resolver")]
public interface IDnsResolver
{
    /// <summary>Asks for the records of one type at a name, aliases followed.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken);
}
