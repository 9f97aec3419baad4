using FilterHost;

namespace PluginNamespace;

/// <summary>The keys of the store's table in the settings file, in snake case there.</summary>
public sealed record StemSettings
{
    /// <summary>Whose mail is signed.</summary>
    [Setting("Mail of authors at this domain is signed.", Example = "\"example.com\"")]
    public required DomainName Domain { get; init; }

    /// <summary>The name of the key.</summary>
    [Setting("The selector: the public key is in DNS at SELECTOR._domainkey.DOMAIN.")]
    public string Selector { get; init; } = "mail";

    /// <summary>The private key.</summary>
    [Setting("The file of the private RSA key (PEM). While it cannot be read, mail of the domain is deferred and never sent unsigned.", Example = "\"mail.pem\"")]
    public required FileInfo KeyFile { get; init; }
}
