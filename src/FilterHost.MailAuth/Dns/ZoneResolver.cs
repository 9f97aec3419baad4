using FilterHost.Dns;

namespace FilterHost.MailAuth.Dns;

/// <summary>Answers from a zone file, without a network.</summary>
public sealed class ZoneResolver(ZoneFile zone) : IDnsResolver
{
    /// <inheritdoc/>
    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<DnsAnswer>(zone.Answer(name, type));
    }
}
