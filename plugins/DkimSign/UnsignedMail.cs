using FilterHost.MailAuth.Addresses;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Mail that is ours and is not signed all the same, as the settings say.</summary>
/// <param name="Domains">Author domains.</param>
/// <param name="Recipients">Recipients, of whom one is enough.</param>
internal sealed record UnsignedMail(DomainList Domains, AddressList Recipients)
{
    /// <summary>Why the message is not signed; null where it is.</summary>
    public string? ReasonFor(DomainName author, Envelope envelope)
    {
        if (Domains.Has(author))
            return $"{author} is exempt";
        if (Recipients.IsEmpty)
            return null;
        foreach (var recipient in envelope.Recipients)
        {
            if (recipient.Address is { LocalPart: { } local, Domain: { } domain } && Recipients.Has(local, domain))
                return $"nothing is signed to {local}@{domain}";
        }
        return null;
    }
}
