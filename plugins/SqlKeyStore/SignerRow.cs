namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>A row of the table <c>signers</c>: whose mail is signed, and with what.</summary>
/// <param name="Pattern">An address, a domain, or a domain with a dot before it for all below.</param>
/// <param name="SigningDomain">The SDID.</param>
/// <param name="Selector">The one key; empty for the domain's newest key of each algorithm.</param>
/// <param name="UserIdentifier">The AUID, or null.</param>
internal sealed record SignerRow(string Pattern, string SigningDomain, string Selector, string? UserIdentifier);
