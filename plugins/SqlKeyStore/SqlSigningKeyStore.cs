using System.Globalization;
using System.Security.Cryptography;
using FilterHost.Keys;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>
/// Finds keys in the tables, signs with them, and administers them. Of the rows of <c>signers</c> those of the author's address count; where there are none those of the domain, then those of
/// the domains above it with a dot before them, the nearest first.
/// </summary>
internal sealed class SqlSigningKeyStore(KeyRows rows, IKeyDatabase database, TimeProvider time) : ISigningKeyStore, ISigningKeyAdministration
{
    public async ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var signers = await rows.SignersOfAsync(query.AuthorDomain.ToString(), cancellationToken).ConfigureAwait(false);
            foreach (var level in signers.LevelsFor(query.AuthorLocalPart))
            {
                // What is pending only is not ours yet, so what stands above it goes on to sign.
                if (await KeysOfAsync(level, cancellationToken).ConfigureAwait(false) is { } keys)
                    return keys;
            }
            return SigningKeys.NotOurs.Instance;
        }
        catch (KeyDatabaseException error)
        {
            return error.IsMistake ? new SigningKeys.Misconfigured(error.Message) : new SigningKeys.Unavailable(error.Message);
        }
    }

    public async ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        try
        {
            return await KeyOfAsync(keyId, cancellationToken).ConfigureAwait(false) is { } key
                ? new SigningOutcome.Signed(key.Sign(digest.Span))
                : new SigningOutcome.Unavailable($"the key {keyId} is no longer there");
        }
        catch (Exception error) when (error is KeyDatabaseException or CryptographicException or ArgumentException or InvalidOperationException)
        {
            return new SigningOutcome.Unavailable($"the key {keyId} cannot sign: {error.Message}");
        }
    }

    public async ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken)
    {
        var keys = await AdministerAsync(database.ListKeysAsync, cancellationToken).ConfigureAwait(false);
        return keys.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(Describe).OfType<SigningKeyDescription>().ToArray();
    }

    public async ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Algorithm == SigningAlgorithm.RsaSha256 && request.RsaBits is < 1024 or > 4096)
            throw new InvalidOperationException($"An RSA key has 1024 to 4096 bits, not {request.RsaBits}.");
        if (!DomainName.TryParse(request.Selector, out var selector) || selector.ToString() != request.Selector)
            throw new InvalidOperationException($"'{request.Selector}' is no selector. Use labels of lower-case letters, digits and hyphens.");
        var (state, now) = (request.IsPending ? SigningKeyState.Pending : SigningKeyState.Active, time.GetUtcNow());
        var key = new KeyRow(request.SigningDomain.ToString(), request.Selector, KeyRow.TextOf(request.Algorithm), PrivateKeyText.Create(request.Algorithm, request.RsaBits), state, now.ToString("O", CultureInfo.InvariantCulture));
        if (!await AdministerAsync(token => database.AddAsync(key, now, token), cancellationToken, makesFile: true).ConfigureAwait(false))
            throw new InvalidOperationException($"{KeyReading.PlaceOf(key, database.Place)} was not made: the domain has this selector. A key that is there is never overwritten, and a selector is never used twice: choose another.");
        rows.Forget(key.SigningDomain);
        return Describe(key)!;
    }

    public ValueTask ActivateAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
        MoveAsync(signingDomain, selector, SigningKeyState.Pending, SigningKeyState.Active, "activated", cancellationToken);

    public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
        MoveAsync(signingDomain, selector, SigningKeyState.Active, SigningKeyState.Retired, "retired", cancellationToken);

    private async ValueTask<SigningKeys?> KeysOfAsync(IEnumerable<SignerRow> level, CancellationToken cancellationToken)
    {
        var found = new List<SigningKey>();
        foreach (var row in level)
        {
            var keys = await rows.KeysOfAsync(row.SigningDomain, cancellationToken).ConfigureAwait(false);
            var chosen = keys.Choose(row.Selector).ToArray();
            if (chosen.Length == 0 && keys.IsPending(row.Selector))
                continue;
            if (ProblemOf(row, chosen) is { } problem)
                return new SigningKeys.Misconfigured(problem);
            found.AddRange(chosen.Select(key => ToSigningKey(key, row)));
        }
        return found.Count > 0 ? new SigningKeys.Found([.. found.DistinctBy(key => key.Id)]) : null;
    }

    private string? ProblemOf(SignerRow row, KeyReading[] chosen)
    {
        var place = $"{database.Place} signers '{row.Pattern}'";
        if (chosen.Length == 0)
            return row.Selector.Length == 0
                ? $"{place}: {row.SigningDomain} has no active key. Make one, or delete the row."
                : $"{place}: the key {row.SigningDomain}/{row.Selector} is not there, or retired. Name another, or delete the row.";
        if (chosen.FirstOrDefault(key => key.Problem is not null) is { } bad)
            return bad.Problem;
        return row.UserIdentifier is { } identifier && UserIdentifierText.FindProblem(identifier, DomainName.Parse(row.SigningDomain)) is { } problem ? $"{place}: {problem}" : null;
    }

    // The id is the domain and the selector, which no domain's name can confuse.
    private static SigningKey ToSigningKey(KeyReading reading, SignerRow row) => new()
    {
        Id = $"{reading.SigningDomain}/{reading.Selector}",
        SigningDomain = DomainName.Parse(reading.SigningDomain),
        Selector = reading.Selector,
        Algorithm = reading.Key!.Algorithm,
        UserIdentifier = row.UserIdentifier,
    };

    private async ValueTask<PrivateKey?> KeyOfAsync(string keyId, CancellationToken cancellationToken)
    {
        var slash = keyId.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return null;
        var keys = await rows.KeysOfAsync(keyId[..slash], cancellationToken).ConfigureAwait(false);
        return keys.Active.FirstOrDefault(key => key.Selector == keyId[(slash + 1)..])?.Key;
    }

    private async ValueTask MoveAsync(DomainName signingDomain, string selector, SigningKeyState from, SigningKeyState to, string done, CancellationToken cancellationToken)
    {
        if (!await AdministerAsync(token => database.MoveAsync(signingDomain.ToString(), selector, from, to, time.GetUtcNow(), token), cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"{database.Place} signing_keys {signingDomain}/{selector} was not {done}: there is no {KeyRow.TextOf(from)} key of that name. Run: filterhost keys list");
        rows.Forget(signingDomain.ToString());
    }

    // That contract's word for what cannot be done.
    private async Task<T> AdministerAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken, bool makesFile = false)
    {
        try
        {
            return await rows.AskTablesAsync(action, cancellationToken, makesFile).ConfigureAwait(false);
        }
        catch (KeyDatabaseException error)
        {
            throw new InvalidOperationException(error.Message);
        }
    }

    // A row whose signing domain is none has no description; FindKeysAsync names it.
    private SigningKeyDescription? Describe(KeyRow row)
    {
        if (!DomainName.TryParse(row.SigningDomain, out var domain))
            return null;
        var reading = KeyReading.Of(row, database.Place);
        return new SigningKeyDescription
        {
            SigningDomain = domain,
            Selector = row.Selector,
            Algorithm = reading.Key?.Algorithm,
            Bits = reading.Key?.Bits ?? 0,
            PublicKey = reading.Key?.PublicKey ?? [],
            State = row.State,
            Since = DateTimeOffset.TryParse(row.Since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since) ? since : null,
            Place = KeyReading.PlaceOf(row, database.Place),
            Problem = reading.Problem,
        };
    }
}
