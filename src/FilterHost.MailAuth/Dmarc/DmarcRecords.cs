using FilterHost.Dns;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>The records that one message asks for. Each is asked for once, whoever needs it: From, SPF and every DKIM domain.</summary>
internal sealed class DmarcRecords(IDnsResolver resolver, CancellationToken cancellationToken)
{
    private readonly Dictionary<DomainName, Task<RecordAnswer>> _answers = [];
    private readonly Lock _lock = new();

    /// <summary>The record at <c>_dmarc</c> below a domain.</summary>
    public Task<RecordAnswer> GetAsync(DomainName domain)
    {
        lock (_lock)
        {
            if (!_answers.TryGetValue(domain, out var answer))
                _answers[domain] = answer = AskAsync(domain);
            return answer;
        }
    }

    /// <summary>Whether a domain exists: "if the response code received for a query for a domain name is NXDOMAIN, then the domain name and any possible subdomains do not exist" (RFC 9989 §3.2.13). Null where DNS fails.</summary>
    public async Task<bool?> ExistsAsync(DomainName domain)
    {
        // A name exists where one below it does (RFC 8020 §2).
        if ((await GetAsync(domain)).NameExists)
            return true;
        var answer = await resolver.ResolveAsync(domain, DnsRecordType.A, cancellationToken);
        return answer.IsTemporary ? null : answer.NameExists;
    }

    /// <summary>Drops what is still under way; it ends by its token.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            // A failure that nobody waits for any more is looked at here, so that it does not surface elsewhere.
            foreach (var answer in _answers.Values)
                answer.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private async Task<RecordAnswer> AskAsync(DomainName domain)
    {
        // A domain too long for the prefix cannot have a record.
        if (!domain.TryPrepend("_dmarc", out var name))
            return new RecordAnswer(null);
        var answer = await resolver.ResolveAsync(name, DnsRecordType.Txt, cancellationToken);
        if (answer.IsTemporary)
            return new RecordAnswer(null, FailedAt: domain);
        DmarcRecord? only = null;
        foreach (var text in answer.Records.OfType<DnsRecord.Text>())
        {
            if (DmarcRecord.Parse(domain, text.Value) is not { } record)
                continue;
            // RFC 9989 §4.10: "If multiple DMARC Policy Records are returned for a single target, they are all discarded."
            if (only is not null)
                return new RecordAnswer(null, HasSeveral: true, NameExists: true);
            only = record;
        }
        return new RecordAnswer(only, NameExists: answer.NameExists);
    }
}
