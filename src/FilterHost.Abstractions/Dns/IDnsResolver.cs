namespace FilterHost.Dns;

/// <summary>
/// Asks DNS. Safe for use by many callers at once. Failures are outcomes, never exceptions; only cancellation throws.
/// For those who implement it: called from many threads at once, by messages that wait; await and never block. An exception reaches the filter as <see cref="ServiceFaultException"/>.
/// What a filter gets by injection has a budget of questions for the message, remembers the answers of all its filters, and ends with its time.
/// </summary>
[ServiceContract("resolver")]
public interface IDnsResolver
{
    /// <summary>Asks for the records of one type at a name, aliases followed.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken);
}
