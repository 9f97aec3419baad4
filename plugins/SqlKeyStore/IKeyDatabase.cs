using FilterHost.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The tables of keys. Every method throws <see cref="KeyDatabaseException"/> where the database cannot do it. Safe for use by many callers at once.</summary>
internal interface IKeyDatabase : IAsyncDisposable
{
    /// <summary>The database, for messages.</summary>
    string Place { get; }

    /// <summary>The setting that names it.</summary>
    string Setting { get; }

    /// <summary>The pause between two runs of <see cref="WatchAsync"/>.</summary>
    TimeSpan WatchPause { get; }

    /// <summary>The version of the tables, 0 where there are none. Changes nothing.</summary>
    Task<int> ReadVersionAsync(CancellationToken cancellationToken);

    /// <summary>Brings the tables to <see cref="Schema.Version"/>; only one of several hosts does it.</summary>
    /// <param name="makesFile">Whether a file that is missing is made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task MigrateAsync(bool makesFile, CancellationToken cancellationToken);

    /// <summary>The rows of these domains, each plain or with a dot before it, and those of the addresses in them.</summary>
    Task<IReadOnlyList<SignerRow>> FindSignersAsync(IReadOnlyList<string> domains, CancellationToken cancellationToken);

    /// <summary>The keys of a signing domain.</summary>
    Task<IReadOnlyList<KeyRow>> FindKeysAsync(string signingDomain, CancellationToken cancellationToken);

    /// <summary>All keys.</summary>
    Task<IReadOnlyList<KeyRow>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>The first rows of signers that have neither an active nor a pending key.</summary>
    Task<IReadOnlyList<SignerRow>> FindUnservedAsync(CancellationToken cancellationToken);

    /// <summary>The number of active keys.</summary>
    Task<long> CountActiveAsync(CancellationToken cancellationToken);

    /// <summary>Adds a key, and a row of signers for its domain where there is none; false where the domain has the selector already.</summary>
    Task<bool> AddAsync(KeyRow key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Moves a key from one state to another; false where there is no such key in that state.</summary>
    Task<bool> MoveAsync(string signingDomain, string selector, SigningKeyState from, SigningKeyState to, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Tells of changes that others make: the domain that changed, with a dot before it for all below, or null for everything. Called again and again, with a pause between.</summary>
    Task WatchAsync(Action<string?> changed, CancellationToken cancellationToken);
}
