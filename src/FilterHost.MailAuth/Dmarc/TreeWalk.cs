namespace FilterHost.MailAuth.Dmarc;

/// <summary>The DNS tree walk of RFC 9989 §4.10.</summary>
internal sealed class TreeWalk(DmarcRecords records) : DomainTree
{
    // RFC 9989 §4.10: "Author Domains with more than eight labels do not result in more than eight DNS queries".
    private const int MaximumQueries = 8;

    public override async ValueTask<OrganizationAnswer> FindOrganizationAsync(DomainName domain)
    {
        var walk = await WalkAsync(domain);
        return new OrganizationAnswer(walk.Organization, walk.Answer.FailedAt);
    }

    public override async ValueTask<RecordAnswer> FindInheritedRecordAsync(DomainName domain) => (await WalkAsync(domain)).Answer;

    // RFC 9989 §4.10.2: "select the Organizational Domain … from the longest to the shortest". The record beside it is that of the organizational domain, else that of the public suffix domain (§4.10.1).
    private async ValueTask<(DomainName? Organization, RecordAnswer Answer)> WalkAsync(DomainName start)
    {
        DmarcRecord? last = null;
        for (var target = start; target is not null; target = Next(target))
        {
            var answer = await records.GetAsync(target);
            // What the record here would have said, psd=n for one, is not known: what stands above it is no substitute.
            if (answer.FailedAt is not null)
                return (null, answer);
            if (answer.Record is not { } record)
                continue;
            if (record.PublicSuffix is PublicSuffixFlag.Yes && !target.Equals(start))
            {
                var below = AncestorOf(start, target.LabelCount + 1);
                return (below, new RecordAnswer(below.Equals(last?.Domain) ? last : record));
            }
            last = record;
            if (record.PublicSuffix is not PublicSuffixFlag.Unknown)
                break;
        }
        return (last?.Domain ?? start, new RecordAnswer(last));
    }

    // Steps 3, 4 and 7: eight labels or more become seven at once, fewer lose their left-most.
    private static DomainName? Next(DomainName target) => target.LabelCount >= MaximumQueries ? AncestorOf(target, MaximumQueries - 1) : target.Parent;

    private static DomainName AncestorOf(DomainName domain, int labels)
    {
        while (domain.LabelCount > labels)
            domain = domain.Parent!;
        return domain;
    }
}
