using FilterHost.Dns;

namespace FilterHost.Hosting.Plugins;

/// <summary>The resolver that a plugin gets: within a message it asks through the message's memory, and no more than its own share: what one filter is made to ask takes nothing from another.</summary>
internal sealed class ScopedDnsResolver(IDnsResolver provider, ScopeContext context) : IDnsResolver
{
    // Guarded by the message's resolver; a filter has one resolver for a message.
    private int _asked;

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
        context.Transaction is { } transaction
            ? transaction.ResolverFor(provider).ResolveAsync(name, type, ref _asked, transaction.DnsQuestions, cancellationToken)
            : provider.ResolveAsync(name, type, cancellationToken);
}
