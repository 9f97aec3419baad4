namespace FilterHost.Plugins.Spf;

public sealed record SpfSettings
{
    [Setting("Whether the HELO name is evaluated beside the reverse-path and its result reported too (RFC 7208 section 2.3). The actions below are for the reverse-path alone, for a null one by way of postmaster at the HELO name; so is what DMARC uses.")]
    public bool Helo { get; init; } = true;

    [Setting("Whether the field Received-SPF is written beside Authentication-Results, for programs that read no other. Fields of that name that come in with mail from outside are then removed.")]
    public bool ReceivedSpf { get; init; }

    [Setting("How many terms of a domain's records may ask DNS, those of included records among them. RFC 7208 sets 10, and many good domains need them all; with fewer such a domain is a permanent error.", Minimum = 1, Maximum = 10)]
    public int MaximumLookups { get; init; } = 10;

    [Setting("How many questions may find nothing before a domain's record is a permanent error. RFC 7208 recommends 2.", Minimum = 0, Maximum = 10)]
    public int MaximumVoidLookups { get; init; } = 2;

    [Setting("How long the evaluation of one identity may take; beyond it the result is temperror. It runs while the body comes in. RFC 7208 counsels not to go below 20 seconds.", Minimum = 1, Maximum = 120)]
    public TimeSpan EvaluationTime { get; init; } = TimeSpan.FromSeconds(20);

    [Setting("How many messages of one client (of one network of 64 bits with IPv6) are evaluated at once; the others wait, no longer than evaluation_time, and are temperror then. It bounds what a client can make this host ask of DNS.", Minimum = 1, Maximum = 10_000)]
    public int MaximumPerClient { get; init; } = 20;

    [Setting("Whether a refusal on fail carries the words that the domain's owner publishes for it (exp=). It costs one more question. The words are a stranger's.")]
    public bool Explain { get; init; } = true;

    [Setting("What is done to a message whose client is not authorized (fail). `accept` only reports the result; `tag` adds the field `tag_field`; `reject` refuses for good, `tempfail` for now; `discard` drops it; `quarantine` holds it in the queue of the MTA. Mail that is forwarded fails: refusing it loses good mail.")]
    public MailAction OnFail { get; init; }

    [Setting("What is done to a message whose client is probably not authorized (softfail).")]
    public MailAction OnSoftfail { get; init; }

    [Setting("What is done to a message whose domain does not say. RFC 7208 section 8.2 wants it treated as none.")]
    public MailAction OnNeutral { get; init; }

    [Setting("What is done to a message whose domain has no SPF record, or that has no domain to check.")]
    public MailAction OnNone { get; init; }

    [Setting("What is done to a message whose domain's records cannot be interpreted.")]
    public MailAction OnPermerror { get; init; }

    [Setting("What is done to a message whose domain's records could not be looked up for now.")]
    public MailAction OnTemperror { get; init; }

    [Setting("The header field that `tag` adds; copies that come in from outside are removed where an action is `tag`.", Example = "\"X-SPF-Judgement\"")]
    public string TagField { get; init; } = "X-SPF-Judgement";
}
