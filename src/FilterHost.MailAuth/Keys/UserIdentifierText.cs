namespace FilterHost.MailAuth.Keys;

/// <summary>The user identifier (AUID, i=) of an entry.</summary>
public static class UserIdentifierText
{
    /// <summary>
    /// Why it cannot be signed with, or null. "The domain part of the address MUST be the same as, or a subdomain of, the value of the 'd=' tag" (RFC 6376 §3.5);
    /// every verifier fails a signature where it is not.
    /// </summary>
    public static string? FindProblem(string text, DomainName signingDomain)
    {
        var at = text.LastIndexOf('@');
        if (at < 0 || !DomainName.TryParse(text.AsSpan(at + 1), out var domain) || text.Any(char.IsControl))
            return $"'{text}' is no user identifier. Write an address or @ and a domain: \"@{signingDomain}\".";
        return domain.IsSameOrBelow(signingDomain)
            ? null
            : $"the domain of '{text}' is neither {signingDomain} nor below it, so no verifier would accept the signature. Write \"@{signingDomain}\", or leave 'user_identifier' out.";
    }
}
