using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Finds keys in files, signs with them, and administers the folder.</summary>
internal sealed class FileSigningKeyStore(KeyFiles files, FileKeyStoreSettings settings) : ISigningKeyStore, ISigningKeyAdministration
{
    public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) => ValueTask.FromResult(Find(query.AuthorDomain));

    public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        if (KeyOf(keyId) is not { } key)
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Unavailable($"the key {keyId} is no longer there"));
        try
        {
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Signed(key.Sign(digest.Span)));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or InvalidOperationException)
        {
            return ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Unavailable($"the key {keyId} cannot sign: {error.Message}"));
        }
    }

    public ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<SigningKeyDescription>>(files.ReadAll().Select(Describe).ToArray());

    public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Algorithm == SigningAlgorithm.RsaSha256 && request.RsaBits is < 1024 or > 4096)
            throw new InvalidOperationException($"An RSA key has 1024 to 4096 bits, not {request.RsaBits}.");
        var place = NamedPlace(request) ?? FolderPlace(request.SigningDomain, request.Selector);
        if (place.CheckPermissions && FolderThatIsThere(place) is { } folder && KeyFilePermissions.FindFolderProblem(folder) is { } problem)
            throw new InvalidOperationException($"{place.Path} was not made: {problem}");
        try
        {
            KeyFileWriter.Create(place.Path, request.Algorithm, request.RsaBits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var remedy = File.Exists(place.Path) ? "A key that is there is never overwritten: choose another selector." : $"Let the user {FileOwnership.ProcessUser} write the folder.";
            throw new InvalidOperationException($"{place.Path} was not made: {error.Message} {remedy}", error);
        }
        files.Forget(request.SigningDomain);
        return ValueTask.FromResult(Describe(KeyFileReader.Read(place)));
    }

    public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken)
    {
        var place = FolderPlace(signingDomain, selector);
        try
        {
            File.Move(place.Path, place.Path + ".retired", overwrite: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{place.Path} was not retired: {error.Message}", error);
        }
        files.Forget(signingDomain);
        return ValueTask.CompletedTask;
    }

    private SigningKeys Find(DomainName domain)
    {
        var readings = files.Find(domain);
        if (readings.Count == 0)
            return SigningKeys.NotOurs.Instance;
        if (readings.FirstOrDefault(reading => reading.Problem is not null) is { } bad)
            return new SigningKeys.Misconfigured(bad.Problem!);
        var keys = KeyChoice.Choose(readings, settings).Select(ToSigningKey).ToArray();
        return keys.Length > 0 ? new SigningKeys.Found(keys) : new SigningKeys.Misconfigured($"{domain} has no key with the selector {settings.Selector} that the settings ask for.");
    }

    // The id is the domain and the selector, which no domain's name can confuse.
    private static SigningKey ToSigningKey(KeyReading reading) => new()
    {
        Id = $"{reading.Place.Domain}/{reading.Place.Selector}",
        SigningDomain = reading.Place.Domain,
        Selector = reading.Place.Selector,
        Algorithm = reading.Key!.Algorithm,
        UserIdentifier = reading.Place.UserIdentifier,
    };

    private PrivateKey? KeyOf(string keyId)
    {
        var slash = keyId.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !DomainName.TryParse(keyId.AsSpan(0, slash), out var domain))
            return null;
        return files.Find(domain).FirstOrDefault(reading => reading.Place.Selector == keyId[(slash + 1)..])?.Key;
    }

    private string? FolderThatIsThere(KeyPlace place)
    {
        var folder = Path.GetDirectoryName(place.Path)!;
        return Directory.Exists(folder) ? folder
            : settings.Directory is { } all && Directory.Exists(all.FullName) ? all.FullName
            : null;
    }

    // An entry of the settings says itself where its key belongs.
    private KeyPlace? NamedPlace(SigningKeyRequest request) =>
        files.ExplicitPlaces().FirstOrDefault(place => place.Domain.Equals(request.SigningDomain) && place.Selector == request.Selector);

    private KeyPlace FolderPlace(DomainName domain, string selector)
    {
        if (!DomainName.TryParse(selector, out var name) || name.ToString() != selector)
            throw new InvalidOperationException($"'{selector}' is no selector. Use labels of lower-case letters, digits and hyphens.");
        return files.PlaceInFolder(domain, selector) ?? throw new InvalidOperationException("The store has no 'directory' and no entry in 'keys' of this domain and selector. Set 'directory', or add the entry.");
    }

    private static SigningKeyDescription Describe(KeyReading reading) => new()
    {
        SigningDomain = reading.Place.Domain,
        Selector = reading.Place.Selector,
        Algorithm = reading.Key?.Algorithm,
        Bits = reading.Key?.Bits ?? 0,
        PublicKey = reading.Key?.PublicKey ?? [],
        Place = reading.Place.Path,
        Problem = reading.Problem,
    };
}
