namespace FilterHost;

/// <summary>The result of DMARC. What is not known is null.</summary>
public sealed record DmarcResult : AuthenticationResult
{
    /// <inheritdoc/>
    public override string Method => "dmarc";

    /// <inheritdoc/>
    public override string Word => Outcome.ToString().ToLowerInvariant();

    /// <summary>The result.</summary>
    public required DmarcOutcome Outcome { get; init; }

    /// <summary>The domain of the mailboxes in From.</summary>
    public DomainName? AuthorDomain { get; init; }

    /// <summary>The organizational domain of the author domain.</summary>
    public DomainName? OrganizationalDomain { get; init; }

    /// <summary>The domain whose record applies.</summary>
    public DomainName? PolicyDomain { get; init; }

    /// <summary>The tags of the record that applies.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>True where an aligned DKIM signature passed.</summary>
    public bool? IsDkimAligned { get; init; }

    /// <summary>True where SPF passed for an aligned reverse-path.</summary>
    public bool? IsSpfAligned { get; init; }

    /// <summary>The policy that the record asks for, after <c>sp</c>, <c>np</c> and <c>t</c>.</summary>
    public DmarcPolicy? Policy { get; init; }

    /// <summary>What was done, where a local policy did other than the record asks.</summary>
    public DmarcPolicy? Disposition { get; init; }

    /// <summary>Why the disposition differs, in the words of RFC 9990: <c>local_policy</c>, <c>mailing_list</c>, <c>trusted_forwarder</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<ResultProperty> Properties
    {
        get
        {
            var properties = new List<ResultProperty>(2);
            if (AuthorDomain is not null)
                properties.Add(new ResultProperty("header", "from", AuthorDomain.ToString()));
            if (Policy is { } policy)
                properties.Add(new ResultProperty("policy", "dmarc", policy.ToString().ToLowerInvariant()));
            return properties;
        }
    }
}
