using FilterHost.MailAuth.Dmarc;

namespace FilterHost.Plugins.Dmarc;

/// <summary>Where organizational domains come from.</summary>
/// <param name="List">The list; null for the tree walk.</param>
internal sealed record OrganizationalDomainSource(PublicSuffixList? List);
