using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimSign;

/// <summary>The mailbox whose domain decides about signing: the only one of the first field of the settings that the message has, or several of one domain, of which the first counts.</summary>
internal sealed class SigningAuthor
{
    private const string From = "From";
    private const string SeveralFrom = "several From fields";
    private const string SeveralDomains = " has several domains";

    private readonly IReadOnlyList<string> _fields;

    /// <summary>Reads these fields.</summary>
    /// <exception cref="SettingException">There is none, or one is no field name.</exception>
    public SigningAuthor(IReadOnlyList<string> fields)
    {
        if (fields.Count == 0)
            throw new SettingException("sender_headers", "without a field that says whose mail it is nothing can be signed: write [\"From\"]");
        for (var i = 0; i < fields.Count; i++)
        {
            if (DkimSigningOptions.NameProblemOf(fields[i]) is not null || fields[i].Contains('*', StringComparison.Ordinal))
                throw new SettingException($"sender_headers[{i}]", $"'{fields[i]}' is no field name");
        }
        _fields = fields;
    }

    /// <summary>True for the reasons that mean more than one author domain, as opposed to none.</summary>
    public static bool IsSeveral(string reason) => reason is SeveralFrom or From + SeveralDomains;

    /// <summary>The mailbox; null, with the reason, where the field is missing, repeated, unparsable or of several domains, and where there are several From fields.</summary>
    public AuthorMailbox? Find(HeaderSection header, out string reason)
    {
        var from = AuthorParser.Parse(header);
        if (from is Author.SeveralFields)
        {
            reason = SeveralFrom;
            return null;
        }
        foreach (var field in _fields)
        {
            if (field.Equals(From, StringComparison.OrdinalIgnoreCase))
            {
                if (from is not Author.None)
                    return MailboxOf(from, From, out reason);
            }
            else if (header.First(field) is { } first)
            {
                return MailboxOf(header.All(field).Count() > 1 ? new Author.SeveralFields() : AuthorParser.ParseField(first.Body.Span), field, out reason);
            }
        }
        reason = $"no author in {string.Join(", ", _fields)}";
        return null;
    }

    private static AuthorMailbox? MailboxOf(Author author, string field, out string reason)
    {
        reason = "";
        switch (author)
        {
            case Author.One one:
                return one.Mailbox;
            case Author.Several several when several.Mailboxes.All(mailbox => mailbox.Domain.Equals(several.Mailboxes[0].Domain)):
                return several.Mailboxes[0];
            case Author.Several:
                reason = field + SeveralDomains;
                return null;
            case Author.SeveralFields:
                reason = $"several {field} fields";
                return null;
            case Author.Unparsable unparsable:
                reason = $"{field} cannot be read: {unparsable.Reason}";
                return null;
            default:
                reason = $"no author in {field}";
                return null;
        }
    }
}
