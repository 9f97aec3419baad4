using FilterHost.Keys;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Where a key lies and what it signs as.</summary>
internal sealed record KeyPlace(DomainName Domain, string Selector, string Path, bool CheckPermissions, string? UserIdentifier = null, SigningKeyState State = SigningKeyState.Active)
{
    public KeyReading Read()
    {
        var reading = KeyFile.Read(Path, CheckPermissions);
        return new KeyReading(this, reading.Key, reading.Problem, reading.Warning);
    }
}
