namespace FilterHost.Examples.CustomKeyStore;

public sealed record Pkcs12Entry
{
    [Setting("The domain whose mail the key signs, that of From; its subdomains are others.", Example = "\"example.com\"")]
    public required DomainName Domain { get; init; }

    [Setting("The selector, one or more labels: the key's record in DNS is SELECTOR._domainkey.DOMAIN.", Example = "\"2026a\"")]
    public required string Selector { get; init; }

    [Setting("The PKCS#12 file (.p12, .pfx) with one RSA key. Nobody but the host's user should be able to read it.", Example = "\"example.p12\"")]
    public required FileInfo File { get; init; }

    [Setting("The pass phrase of the file. Default: none.")]
    public Secret? PassPhrase { get; init; }
}
