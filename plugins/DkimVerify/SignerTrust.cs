using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimVerify;

/// <summary>Who may sign for whom.</summary>
/// <param name="Signers">Domains that may sign for others; null where all may.</param>
internal sealed record SignerTrust(DomainList? Signers)
{
    /// <summary>The results, where a signature passes only of a domain that may sign for the author.</summary>
    public IReadOnlyList<DkimSignatureResult> Judge(IReadOnlyList<DkimSignatureResult> results, HeaderSection header)
    {
        if (Signers is null)
            return results;
        var author = (AuthorParser.Parse(header) as Author.One)?.Mailbox.Domain;
        return [.. results.Select(result => result.Outcome is not DkimOutcome.Pass || IsTrusted(result.SigningDomain!, author) ? result : Untrusted(result))];
    }

    private bool IsTrusted(DomainName signer, DomainName? author) => Signers!.Has(signer) || author?.IsSameOrBelow(signer) == true;

    private static DkimSignatureResult Untrusted(DkimSignatureResult result) =>
        result with { Outcome = DkimOutcome.Policy, Defect = DkimDefect.UntrustedSigner, Reason = "signer is not trusted to sign for others" };
}
