using System.Globalization;
using FilterHost.Keys;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>Keys in an SQLite file. SQLite has no asynchronous calls: they run on the thread pool, one at a time.</summary>
internal sealed class SqliteKeyDatabase(SqlKeyStoreSettings settings) : IKeyDatabase
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string KeyColumns = $"signing_domain, selector, algorithm, private_key, state, coalesce({KeyRow.SinceColumn}, '')";

    // SQLite makes these with the mode of the database, but they may have come from elsewhere.
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private readonly string _path = settings.File!.FullName;
    private readonly SemaphoreSlim _gate = new(1);
    private SqliteConnection? _connection;
    private int _opened;
    private (int Opened, long Version) _seen;
    private bool _isDisposed;

    public string Place => _path;

    public string Setting => "file";

    public TimeSpan WatchPause { get; } = TimeSpan.FromSeconds(2);

    public Task<int> ReadVersionAsync(CancellationToken cancellationToken) => RunAsync(static connection => ReadVersion(connection), cancellationToken);

    public Task MigrateAsync(bool makesFile, CancellationToken cancellationToken) =>
        RunAsync(
            connection =>
            {
                var version = ReadVersion(connection);
                Schema.Check(version, Place);
                if (version == Schema.Version)
                    return true;
                // Readers then go on while another program writes.
                connection.Execute("PRAGMA journal_mode = WAL");
                return connection.InTransaction(() => Migrate(connection), cancellationToken);
            },
            cancellationToken,
            makesFile);

    public Task<IReadOnlyList<SignerRow>> FindSignersAsync(IReadOnlyList<string> domains, CancellationToken cancellationToken) =>
        RunAsync(
            connection => connection.Query(
                $"SELECT pattern, signing_domain, selector, user_identifier FROM signers WHERE domain IN ({string.Join(',', Enumerable.Repeat('?', domains.Count))}) ORDER BY pattern, signing_domain, selector",
                domains,
                ReadSigner),
            cancellationToken);

    public Task<IReadOnlyList<KeyRow>> FindKeysAsync(string signingDomain, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.Query($"SELECT {KeyColumns} FROM signing_keys WHERE signing_domain = ? AND state <> 'retired'", [signingDomain], ReadKey), cancellationToken);

    public Task<IReadOnlyList<KeyRow>> ListKeysAsync(CancellationToken cancellationToken) =>
        RunAsync(static connection => connection.Query($"SELECT {KeyColumns} FROM signing_keys ORDER BY signing_domain, selector", [], ReadKey), cancellationToken);

    public Task<IReadOnlyList<SignerRow>> FindUnservedAsync(CancellationToken cancellationToken) =>
        RunAsync(static connection => connection.Query(Statements.FindUnserved, [], ReadSigner), cancellationToken);

    public Task<long> CountActiveAsync(CancellationToken cancellationToken) =>
        RunAsync(static connection => connection.Query(Statements.CountActive, [], static row => row.Integer(0))[0], cancellationToken);

    public Task<bool> AddAsync(KeyRow key, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.InTransaction(() => Add(connection, key, now), cancellationToken), cancellationToken);

    public Task<bool> MoveAsync(string signingDomain, string selector, SigningKeyState from, SigningKeyState to, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            connection => connection.InTransaction(
                () => connection.Change(
                    $"UPDATE signing_keys SET state = ?, {KeyRow.ColumnOf(to)} = ? WHERE signing_domain = ? AND selector = ? AND state = ?",
                    KeyRow.TextOf(to), TextOf(now), signingDomain, selector, KeyRow.TextOf(from)) == 1,
                cancellationToken),
            cancellationToken);

    public async Task WatchAsync(Action<string?> changed, CancellationToken cancellationToken)
    {
        var seen = await RunAsync(See, cancellationToken).ConfigureAwait(false);
        if (seen == _seen)
            return;
        _seen = seen;
        changed(null);
    }

    public async ValueTask DisposeAsync()
    {
        // What runs has a time limit.
        await _gate.WaitAsync().ConfigureAwait(false);
        _isDisposed = true;
        CloseConnection();
        _gate.Release();
    }

    private static bool Add(SqliteConnection connection, KeyRow key, DateTimeOffset now)
    {
        var time = TextOf(now);
        var added = connection.Change(
            "INSERT INTO signing_keys (signing_domain, selector, algorithm, private_key, state, created, activated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?5 = 'active' THEN ?6 END) ON CONFLICT DO NOTHING",
            key.SigningDomain, key.Selector, key.Algorithm, key.PrivateKey, KeyRow.TextOf(key.State), time);
        if (added == 0)
            return false;
        connection.Change("INSERT INTO signers (pattern, signing_domain) SELECT ?1, ?1 WHERE NOT EXISTS (SELECT 1 FROM signers WHERE pattern = ?1)", key.SigningDomain);
        return true;
    }

    private static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static SignerRow ReadSigner(SqliteStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.TextOrNull(3));

    private static KeyRow ReadKey(SqliteStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Text(3), KeyRow.StateOf(row.Text(4)), row.Text(5));

    private static int ReadVersion(SqliteConnection connection)
    {
        var tables = connection.Query("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'filterhost_schema'", [], static row => row.Integer(0));
        return tables[0] == 0 ? 0 : (int)connection.Query("SELECT max(version) FROM filterhost_schema", [], static row => row.Integer(0))[0];
    }

    private bool Migrate(SqliteConnection connection)
    {
        // Another program may have been faster.
        var version = ReadVersion(connection);
        Schema.Check(version, Place);
        foreach (var script in Schema.Sqlite.Skip(version))
            connection.Execute(script);
        connection.Execute($"UPDATE filterhost_schema SET version = {Schema.Version}");
        return true;
    }

    private async Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken, bool makesFile = false)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // The token ends SQLite's work; the thread is always waited for, so that nothing uses a connection that is closed.
            return await Task.Run(() => Run(work, makesFile, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private T Run<T>(Func<SqliteConnection, T> work, bool makesFile, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            if (makesFile)
                MakeFile();
            var connection = OpenConnection();
            using var end = cancellationToken.Register(connection.Interrupt);
            return work(connection);
        }
        catch (SqliteException error)
        {
            CloseConnection();
            cancellationToken.ThrowIfCancellationRequested();
            throw new KeyDatabaseException(Explain(error), error.Code is SqliteNative.Error or SqliteNative.Corrupt or SqliteNative.NotADatabase);
        }
        catch (DllNotFoundException)
        {
            throw new KeyDatabaseException("SQLite (libsqlite3.so.0) is not installed. Run: apt-get install libsqlite3-0", isMistake: true);
        }
    }

    private string Explain(SqliteException error) => error.Code switch
    {
        SqliteNative.Busy => $"{_path} is locked by another program",
        SqliteNative.NotADatabase => $"{_path} is no SQLite database. Name the file that 'filterhost keys generate' made.",
        _ => $"{_path} cannot be used: {error.Message}",
    };

    private SqliteConnection OpenConnection()
    {
        if (_connection?.HasMoved is true)
            CloseConnection();
        if (FindProblem() is { } problem)
            throw new KeyDatabaseException(problem, isMistake: true);
        if (_connection is null)
        {
            // Shorter than the caller waits, so that he is told what it waits for.
            _connection = SqliteConnection.Open(_path, settings.QueryTimeout * 0.75);
            _opened++;
            // What the first connection has read is as of now; what stood in the file before a later one may be anything.
            if (_opened == 1)
                _seen = See(_connection);
        }
        return _connection;
    }

    // By path and never by an open file: closing a second descriptor of the database would drop SQLite's locks on it (POSIX, fcntl).
    private string? FindProblem()
    {
        if (FileOwnership.Of(_path) is null)
            return $"{_path} does not exist, or a folder above it is closed to this program's user {FileOwnership.ProcessUser}. Make the first key, which makes the file: filterhost keys generate --domain DOMAIN --selector SELECTOR; or correct the path.";
        return settings.CheckPermissions
            ? Companions.Prepend("").Select(companion => KeyFilePermissions.FindProblem(_path + companion)).FirstOrDefault(problem => problem is not null)
            : null;
    }

    // The version changes with every commit of another connection. What this one writes is forgotten by who writes it.
    private (int Opened, long Version) See(SqliteConnection connection) => (_opened, connection.Query("PRAGMA data_version", [], static row => row.Integer(0))[0]);

    private void MakeFile()
    {
        if (File.Exists(_path))
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!, OwnerOnly | UnixFileMode.UserExecute);
            using var file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another program was faster.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KeyDatabaseException($"{_path} was not made: {error.Message} Let the user {FileOwnership.ProcessUser} write the folder.", isMistake: true);
        }
    }

    private void CloseConnection()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
