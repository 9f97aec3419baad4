using System.Security.Cryptography;
using FilterHost.Keys;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Finds keys in files, signs with them, and administers the folder.</summary>
internal sealed class FileSigningKeyStore(KeyFiles files, FileKeyStoreSettings settings, TimeProvider time) : ISigningKeyStore, ISigningKeyAdministration
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
        ValueTask.FromResult<IReadOnlyList<SigningKeyDescription>>(files.ReadAll().Concat(files.ReadUnused()).Select(Describe).ToArray());

    public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Algorithm == SigningAlgorithm.RsaSha256 && request.RsaBits is < 1024 or > 4096)
            throw new InvalidOperationException($"An RSA key has 1024 to 4096 bits, not {request.RsaBits}.");
        if (request.IsPending)
            RefuseWhatWouldNeverSign(request.SigningDomain, request.Selector);
        var place = request.IsPending
            ? FolderPlace(request.SigningDomain, request.Selector, SigningKeyState.Pending)
            : NamedPlace(request) ?? FolderPlace(request.SigningDomain, request.Selector, SigningKeyState.Active);
        if (Enum.GetValues<SigningKeyState>().Select(state => files.PlaceInFolder(request.SigningDomain, request.Selector, state)).FirstOrDefault(other => File.Exists(other?.Path)) is { } there)
            throw new InvalidOperationException($"{place.Path} was not made: {there.Path} has this selector. A key that is there is never overwritten, and a selector is never used twice: choose another.");
        if (place.CheckPermissions && FolderThatIsThere(place) is { } folder && KeyFilePermissions.FindFolderProblem(folder) is { } problem)
            throw new InvalidOperationException($"{place.Path} was not made: {problem}");
        try
        {
            KeyFile.Create(place.Path, request.Algorithm, request.RsaBits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var remedy = File.Exists(place.Path) ? "A key that is there is never overwritten: choose another selector." : $"Let the user {FileOwnership.ProcessUser} write the folder.";
            throw new InvalidOperationException($"{place.Path} was not made: {error.Message} {remedy}", error);
        }
        files.Forget(request.SigningDomain);
        return ValueTask.FromResult(Describe(place.Read()));
    }

    public ValueTask ActivateAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken)
    {
        RefuseWhatWouldNeverSign(signingDomain, selector);
        return Move(signingDomain, selector, SigningKeyState.Pending, SigningKeyState.Active, "activated");
    }

    public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
        Move(signingDomain, selector, SigningKeyState.Active, SigningKeyState.Retired, "retired");

    private ValueTask Move(DomainName signingDomain, string selector, SigningKeyState from, SigningKeyState to, string done)
    {
        var place = FolderPlace(signingDomain, selector, from);
        try
        {
            // Before the move: a retired key that looks older than it is would let its record be taken away too soon.
            File.SetLastWriteTimeUtc(place.Path, time.GetUtcNow().UtcDateTime);
            File.Move(place.Path, FolderPlace(signingDomain, selector, to).Path, overwrite: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{place.Path} was not {done}: {error.Message}", error);
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
        var selector = keyId[(slash + 1)..];
        return files.Find(domain).FirstOrDefault(reading => reading.Place.Selector == selector)?.Key ?? RetiredKeyOf(domain, selector);
    }

    // A message that found the key before it was retired is still signed with it; no other message is told of it.
    private PrivateKey? RetiredKeyOf(DomainName domain, string selector) =>
        IsSelector(selector) && files.PlaceInFolder(domain, selector, SigningKeyState.Retired) is { } place && File.Exists(place.Path) ? place.Read().Key : null;

    // The new key is to take the place of those that sign, which here the settings name and the folder does not decide.
    private void RefuseWhatWouldNeverSign(DomainName domain, string selector)
    {
        if (files.ExplicitPlaces().Any(place => place.Domain.Equals(domain)))
            throw new InvalidOperationException($"The keys of {domain} are named in 'keys', so one in the folder would never sign. Move them to the folder and take the entries away, or add an entry for the new key.");
        if (settings.Selector is { } only && only != selector)
            throw new InvalidOperationException($"'selector' of the store holds every domain to the selector {only}, so the key {selector} would never sign. Leave 'selector' out: pending keys do not sign before they are activated.");
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

    private KeyPlace FolderPlace(DomainName domain, string selector, SigningKeyState state)
    {
        if (!IsSelector(selector))
            throw new InvalidOperationException($"'{selector}' is no selector. Use labels of lower-case letters, digits and hyphens.");
        return files.PlaceInFolder(domain, selector, state) ?? throw new InvalidOperationException("The store has no 'directory' and no entry in 'keys' of this domain and selector. Set 'directory', or add the entry.");
    }

    private static bool IsSelector(string text) => DomainName.TryParse(text, out var name) && name.ToString() == text;

    private static SigningKeyDescription Describe(KeyReading reading) => new()
    {
        SigningDomain = reading.Place.Domain,
        Selector = reading.Place.Selector,
        Algorithm = reading.Key?.Algorithm,
        Bits = reading.Key?.Bits ?? 0,
        PublicKey = reading.Key?.PublicKey ?? [],
        State = reading.Place.State,
        Since = File.Exists(reading.Place.Path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(reading.Place.Path), TimeSpan.Zero) : null,
        Place = reading.Place.Path,
        Problem = reading.Problem,
    };
}
