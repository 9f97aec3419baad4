using MimeKit;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Who wrote the message by its From field: one mailbox, or several of one domain, of which the first counts.</summary>
internal sealed record Author(string LocalPart, DomainName Domain)
{
    private const string SeveralFields = "several From fields";
    private const string SeveralDomains = "From has several domains";

    /// <summary>True for the reasons that mean more than one author domain, as opposed to none.</summary>
    public static bool IsSeveral(string reason) => reason is SeveralFields or SeveralDomains;

    /// <summary>The author; null, with the reason, where From is missing, repeated, unreadable or of several domains.</summary>
    public static Author? Find(HeaderSection header, out string reason)
    {
        reason = header.First("From") is null ? "no From" : SeveralFields;
        if (!header.TryGetOnly("From", out var from))
            return null;
        reason = "From cannot be read";
        if (!InternetAddressList.TryParse(from.Body.ToArray(), out var addresses))
            return null;
        Author? author = null;
        foreach (var mailbox in addresses.Mailboxes)
        {
            if (Read(mailbox.Address) is not { } next)
                return null;
            if (author is not null && !author.Domain.Equals(next.Domain))
            {
                reason = SeveralDomains;
                return null;
            }
            author ??= next;
        }
        return author;
    }

    private static Author? Read(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && DomainName.TryParse(address.AsSpan(at + 1), out var domain) ? new Author(Unquote(address[..at]), domain) : null;
    }

    private static string Unquote(string localPart) =>
        localPart is ['"', .., '"'] ? localPart[1..^1].Replace("\\", "", StringComparison.Ordinal) : localPart;
}
