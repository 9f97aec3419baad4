using System.Diagnostics.CodeAnalysis;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>The author domain of a message (RFC 9989 §5.3.1): the one domain of all mailboxes in the one From field.</summary>
internal static class AuthorDomain
{
    public static bool TryGet(Author author, [NotNullWhen(true)] out DomainName? domain, [NotNullWhen(false)] out string? problem)
    {
        (domain, problem) = author switch
        {
            Author.One one => (one.Mailbox.Domain, null),
            Author.Several several => OnlyOf(several.Mailboxes),
            Author.None => (null, "no author in From"),
            Author.SeveralFields => (null, "several From fields"),
            Author.Unparsable unparsable => (null, $"From cannot be read: {unparsable.Reason}"),
            _ => (null, "From cannot be read"),
        };
        return domain is not null;
    }

    // RFC 9989 §5.3.1 speaks of domains, not of addresses: several mailboxes of one domain have one author domain.
    private static (DomainName? Domain, string? Problem) OnlyOf(IReadOnlyList<AuthorMailbox> mailboxes)
    {
        for (var i = 1; i < mailboxes.Count; i++)
        {
            if (!mailboxes[i].Domain.Equals(mailboxes[0].Domain))
                return (null, "several domains in From");
        }
        return (mailboxes[0].Domain, null);
    }
}
