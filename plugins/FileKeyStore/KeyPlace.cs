namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Where a key lies and what it signs as.</summary>
internal sealed record KeyPlace(DomainName Domain, string Selector, string Path, bool CheckPermissions, string? UserIdentifier = null);
