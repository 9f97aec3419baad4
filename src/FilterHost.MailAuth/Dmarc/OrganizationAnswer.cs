namespace FilterHost.MailAuth.Dmarc;

/// <summary>The organizational domain of a domain.</summary>
/// <param name="Domain">The organizational domain; null where DNS failed.</param>
/// <param name="FailedAt">The domain whose record could not be looked up.</param>
internal readonly record struct OrganizationAnswer(DomainName? Domain, DomainName? FailedAt = null);
