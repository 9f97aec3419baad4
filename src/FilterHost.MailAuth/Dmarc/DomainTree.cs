namespace FilterHost.MailAuth.Dmarc;

/// <summary>Finds the organizational domain of a domain, and the record that applies to names without one of their own.</summary>
internal abstract class DomainTree
{
    /// <summary>The organizational domain.</summary>
    public abstract ValueTask<OrganizationAnswer> FindOrganizationAsync(DomainName domain);

    /// <summary>The record that applies to a domain that has none (RFC 9989 §4.10.1).</summary>
    public abstract ValueTask<RecordAnswer> FindInheritedRecordAsync(DomainName domain);
}
