namespace FilterHost.Plugins.Dmarc;

/// <summary>How organizational domains are found.</summary>
public enum OrganizationalDomains
{
    /// <summary>By DNS, RFC 9989 §4.10.</summary>
    TreeWalk,

    /// <summary>By a list, RFC 7489 §3.2.</summary>
    PublicSuffixList,
}
