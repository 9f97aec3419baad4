namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>
/// What is read of the database: within a time limit, kept for a while, and asked for once. A database that has just failed is left alone for a moment, so that mail is deferred at once and not after a wait each.
/// </summary>
internal sealed class KeyRows
{
    private static readonly TimeSpan FailureKept = TimeSpan.FromMilliseconds(500);

    private readonly IKeyDatabase _database;
    private readonly SqlKeyStoreSettings _settings;
    private readonly TimeProvider _time;
    private readonly RowCache<DomainSigners> _signers;
    private readonly RowCache<DomainKeys> _keys;
    private Failure? _failure;
    private bool _isMigrated;

    public KeyRows(IKeyDatabase database, SqlKeyStoreSettings settings, TimeProvider time)
    {
        (_database, _settings, _time) = (database, settings, time);
        _signers = new RowCache<DomainSigners>(settings.CacheTime, settings.CacheSize, time, LoadSignersAsync);
        _keys = new RowCache<DomainKeys>(settings.CacheTime, settings.CacheSize, time, LoadKeysAsync);
    }

    /// <exception cref="KeyDatabaseException">It is not known, and the database cannot be asked.</exception>
    public ValueTask<DomainSigners> SignersOfAsync(string authorDomain, CancellationToken cancellationToken) => _signers.GetAsync(authorDomain, cancellationToken);

    /// <exception cref="KeyDatabaseException">It is not known, and the database cannot be asked.</exception>
    public ValueTask<DomainKeys> KeysOfAsync(string signingDomain, CancellationToken cancellationToken) => _keys.GetAsync(signingDomain, cancellationToken);

    /// <summary>A domain has changed, with a dot before it all below; everything for null.</summary>
    public void Forget(string? domain)
    {
        if (string.IsNullOrEmpty(domain))
        {
            _signers.Clear();
            _keys.Clear();
            return;
        }
        _signers.Forget(domain);
        _keys.Forget(domain);
    }

    /// <summary>Asks the database something that is not kept, within the time limit.</summary>
    /// <exception cref="KeyDatabaseException">The database cannot be asked, or has not answered in time.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellationToken, TimeSpan? longest = null)
    {
        var wait = longest ?? _settings.QueryTimeout;
        using var limit = new CancellationTokenSource(wait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // What does not heed the token is left behind.
            return await question(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KeyDatabaseException($"{_database.Place} has not answered within {wait.TotalSeconds} s");
        }
    }

    /// <summary>The same, once the tables are as this program knows them.</summary>
    /// <exception cref="KeyDatabaseException">The database cannot be asked, or has not answered in time.</exception>
    public async Task<T> AskTablesAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellationToken, bool makesFile = false)
    {
        await MigrateAsync(makesFile, cancellationToken).ConfigureAwait(false);
        return await AskAsync(question, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Brings the tables to the version of this program.</summary>
    /// <exception cref="KeyDatabaseException">The database cannot be asked, or its tables are newer.</exception>
    public async Task MigrateAsync(bool makesFile, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isMigrated))
            return;
        await AskAsync(
            async token =>
            {
                await _database.MigrateAsync(makesFile, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isMigrated, true);
    }

    private Task<DomainSigners> LoadSignersAsync(string domain) =>
        LoadAsync(async token => new DomainSigners(domain, await _database.FindSignersAsync(DomainSigners.NamesFor(domain), token).ConfigureAwait(false)));

    private Task<DomainKeys> LoadKeysAsync(string domain) =>
        LoadAsync(async token => DomainKeys.Of(await _database.FindKeysAsync(domain, token).ConfigureAwait(false), _database.Place));

    // Several callers wait for it, so that none of their tokens ends it.
    private async Task<T> LoadAsync<T>(Func<CancellationToken, Task<T>> question)
    {
        if (Volatile.Read(ref _failure) is { } failure && _time.GetElapsedTime(failure.Since) < FailureKept)
            throw new KeyDatabaseException(failure.Reason);
        try
        {
            var rows = await AskTablesAsync(question, CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref _failure, null);
            return rows;
        }
        catch (KeyDatabaseException error) when (!error.IsMistake)
        {
            Volatile.Write(ref _failure, new Failure(_time.GetTimestamp(), error.Message));
            throw;
        }
    }

    private sealed record Failure(long Since, string Reason);
}
