using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.DkimSign;

/// <summary>How mail of some domains is signed.</summary>
/// <param name="Form">Fields and tags.</param>
/// <param name="UserIdentifier">The user identifier of keys that have none, % for the author's domain; empty for none.</param>
internal sealed record DomainForm(SignatureForm Form, string UserIdentifier)
{
    /// <summary>The keys with their user identifiers for an author.</summary>
    public IReadOnlyList<SigningKey> Complete(IReadOnlyList<SigningKey> keys, DomainName author)
    {
        if (UserIdentifier.Length == 0)
            return keys;
        var identifier = UserIdentifier.Replace("%", author.ToString(), StringComparison.Ordinal);
        return [.. keys.Select(key => key.UserIdentifier is null && UserIdentifierText.FindProblem(identifier, key.SigningDomain) is null ? key with { UserIdentifier = identifier } : key)];
    }
}
