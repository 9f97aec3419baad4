namespace FilterHost.MailAuth.Dmarc;

/// <summary>Organizational domains by a public suffix list, and the policy discovery that goes with it (RFC 7489 §3.2, §6.6.3).</summary>
internal sealed class PublicSuffixTree(PublicSuffixList list, DmarcRecords records) : DomainTree
{
    public override ValueTask<OrganizationAnswer> FindOrganizationAsync(DomainName domain) => new(new OrganizationAnswer(OrganizationOf(domain)));

    public override async ValueTask<RecordAnswer> FindInheritedRecordAsync(DomainName domain)
    {
        // RFC 7489 §6.6.3 steps 3 and 5: only where there is no record at all is the organizational domain asked; several end the discovery.
        var own = await records.GetAsync(domain);
        return own.HasSeveral ? own : await records.GetAsync(OrganizationOf(domain));
    }

    private DomainName OrganizationOf(DomainName domain) => list.OrganizationalDomainOf(domain) ?? domain;
}
