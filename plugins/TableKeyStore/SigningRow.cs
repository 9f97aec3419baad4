namespace FilterHost.Plugins.TableKeyStore;

/// <summary>The value of a row of the signing table: <c>name[:signer]</c>.</summary>
/// <param name="KeyName">The row of the key table; % stands for the author's domain.</param>
/// <param name="Signer">The user identifier (i=), in which % stands for the author's domain; null where there is none.</param>
internal sealed record SigningRow(string KeyName, string? Signer)
{
    /// <summary>Parses a row; null, with the reason, for one that cannot be used.</summary>
    public static SigningRow? Parse(string key, string value, out string? problem)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? value : value[..colon]).Trim();
        var signer = colon < 0 ? "" : value[(colon + 1)..].Trim();
        problem = name.Length == 0 ? $"the row of '{key}' names no key. Write behind it the name of a row of key_table."
            // OpenDKIM lets such mail go unsigned.
            : signer.Length > 0 && !signer.Contains('@', StringComparison.Ordinal) ? $"'{signer}' is no user identifier. Write an address, or @ and a domain: @%"
            : null;
        return problem is null ? new SigningRow(name, signer.Length == 0 ? null : signer) : null;
    }

    public string KeyNameFor(DomainName author) => KeyName == "%" ? author.ToString() : KeyName;

    /// <summary>
    /// The user identifier for an author; null where it may not stand beside the signing domain: "the i= value will not be included in the signature if it conflicts with the signing domain"
    /// (opendkim.conf(5), SigningTable).
    /// </summary>
    public string? UserIdentifierFor(DomainName author, DomainName signingDomain) =>
        Signer?.Replace("%", author.ToString(), StringComparison.Ordinal) is { } signer && MailAuth.Keys.UserIdentifierText.FindProblem(signer, signingDomain) is null ? signer : null;
}
