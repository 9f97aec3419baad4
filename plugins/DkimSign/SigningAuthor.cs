using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimSign;

/// <summary>The author whose domain decides about signing: one mailbox, or several of one domain, of which the first counts.</summary>
internal static class SigningAuthor
{
    private const string SeveralFields = "several From fields";
    private const string SeveralDomains = "From has several domains";

    /// <summary>True for the reasons that mean more than one author domain, as opposed to none.</summary>
    public static bool IsSeveral(string reason) => reason is SeveralFields or SeveralDomains;

    /// <summary>The mailbox; null, with the reason, where From is missing, repeated, unparsable or of several domains.</summary>
    public static AuthorMailbox? Find(HeaderSection header, out string reason)
    {
        switch (AuthorParser.Parse(header))
        {
            case Author.One one:
                reason = "";
                return one.Mailbox;
            case Author.Several several when several.Mailboxes.All(mailbox => mailbox.Domain.Equals(several.Mailboxes[0].Domain)):
                reason = "";
                return several.Mailboxes[0];
            case Author.Several:
                reason = SeveralDomains;
                return null;
            case Author.SeveralFields:
                reason = SeveralFields;
                return null;
            case Author.Unparsable unparsable:
                reason = $"From cannot be read: {unparsable.Reason}";
                return null;
            default:
                reason = "no author in From";
                return null;
        }
    }
}
