using FilterHost.Dns;

namespace FilterHost.Hosting.Plugins;

/// <summary>The resolver that a plugin gets: within a message it asks through the message's budget and memory.</summary>
internal sealed class ScopedDnsResolver(IDnsResolver provider, ScopeContext context) : IDnsResolver
{
    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
        context.Transaction is { } transaction
            ? transaction.ResolverFor(provider).ResolveAsync(name, type, cancellationToken)
            : provider.ResolveAsync(name, type, cancellationToken);
}
