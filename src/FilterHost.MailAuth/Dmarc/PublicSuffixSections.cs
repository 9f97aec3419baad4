namespace FilterHost.MailAuth.Dmarc;

/// <summary>Which sections of a public suffix list count.</summary>
public enum PublicSuffixSections
{
    /// <summary>Both: registries, and companies that let others have names below theirs.</summary>
    All,

    /// <summary>Only the section of registries, between <c>===BEGIN ICANN DOMAINS===</c> and its end.</summary>
    Icann,
}
