using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using FilterHost.Keys;
using Npgsql;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>Keys in PostgreSQL, for several hosts. Changes are announced by triggers (LISTEN, NOTIFY).</summary>
internal sealed class PostgresqlKeyDatabase : IKeyDatabase
{
    // Any number that no other program's lock has: "fhkeys".
    private const long MigrationLock = 0x66686b657973;

    private const string KeyColumns = $"signing_domain, selector, algorithm, private_key, state, coalesce(to_char(({KeyRow.SinceColumn}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '')";

    private readonly SqlKeyStoreSettings _settings;
    private readonly NpgsqlDataSource _source;

    public PostgresqlKeyDatabase(SqlKeyStoreSettings settings)
    {
        _settings = settings;
        var builder = new NpgsqlSlimDataSourceBuilder(ConnectionStringOf(settings));
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        _source = builder.Build();
    }

    public string Place => $"PostgreSQL {_settings.Host} {_settings.Database}";

    public string Setting => "host";

    public TimeSpan WatchPause { get; } = TimeSpan.FromSeconds(1);

    public Task<int> ReadVersionAsync(CancellationToken cancellationToken) => RunAsync(ReadVersionAsync, cancellationToken);

    public Task MigrateAsync(bool makesFile, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) =>
            {
                var version = await ReadVersionAsync(connection, token).ConfigureAwait(false);
                Schema.Check(version, Place);
                // Nothing to do for a user who may only read.
                if (version < Schema.Version)
                    await MigrateAsync(connection, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    public Task<IReadOnlyList<SignerRow>> FindSignersAsync(IReadOnlyList<string> domains, CancellationToken cancellationToken) =>
        QueryAsync("SELECT pattern, signing_domain, selector, user_identifier FROM signers WHERE domain = ANY($1) ORDER BY pattern COLLATE \"C\", signing_domain COLLATE \"C\", selector COLLATE \"C\"", [domains.ToArray()], ReadSigner, cancellationToken);

    public Task<IReadOnlyList<KeyRow>> FindKeysAsync(string signingDomain, CancellationToken cancellationToken) =>
        QueryAsync($"SELECT {KeyColumns} FROM signing_keys WHERE signing_domain = $1 AND state <> 'retired'", [signingDomain], ReadKey, cancellationToken);

    public Task<IReadOnlyList<KeyRow>> ListKeysAsync(CancellationToken cancellationToken) =>
        QueryAsync($"SELECT {KeyColumns} FROM signing_keys ORDER BY signing_domain COLLATE \"C\", selector COLLATE \"C\"", [], ReadKey, cancellationToken);

    public Task<IReadOnlyList<SignerRow>> FindUnservedAsync(CancellationToken cancellationToken) => QueryAsync(Statements.FindUnserved, [], ReadSigner, cancellationToken);

    public async Task<long> CountActiveAsync(CancellationToken cancellationToken) =>
        (await QueryAsync(Statements.CountActive, [], static row => row.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];

    public Task<bool> AddAsync(KeyRow key, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
                var added = await ChangeAsync(
                    connection,
                    "INSERT INTO signing_keys (signing_domain, selector, algorithm, private_key, state, created, activated) VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $5 = 'active' THEN $6 END) ON CONFLICT DO NOTHING",
                    [key.SigningDomain, key.Selector, key.Algorithm, key.PrivateKey, KeyRow.TextOf(key.State), now.UtcDateTime],
                    token).ConfigureAwait(false);
                if (added == 0)
                    return false;
                await ChangeAsync(
                    connection,
                    "INSERT INTO signers (pattern, signing_domain) SELECT $1, $1 WHERE NOT EXISTS (SELECT 1 FROM signers WHERE pattern = $1) ON CONFLICT DO NOTHING",
                    [key.SigningDomain],
                    token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    public Task<bool> MoveAsync(string signingDomain, string selector, SigningKeyState from, SigningKeyState to, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) => await ChangeAsync(
                connection,
                $"UPDATE signing_keys SET state = $1, {KeyRow.ColumnOf(to)} = $2 WHERE signing_domain = $3 AND selector = $4 AND state = $5",
                [KeyRow.TextOf(to), now.UtcDateTime, signingDomain, selector, KeyRow.TextOf(from)],
                token).ConfigureAwait(false) == 1,
            cancellationToken);

    // Runs for as long as the connection holds.
    public Task WatchAsync(Action<string?> changed, CancellationToken cancellationToken) =>
        RunAsync<bool>(
            async (connection, token) =>
            {
                connection.Notification += (_, notification) => changed(notification.Payload.Length == 0 ? null : notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {Schema.Channel}", connection) { CommandTimeout = connection.ConnectionTimeout })
                    await listen.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                // What changed before was not heard.
                changed(null);
                while (true)
                    await connection.WaitAsync(token).ConfigureAwait(false);
            },
            cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static string ConnectionStringOf(SqlKeyStoreSettings settings) => new NpgsqlConnectionStringBuilder
    {
        Host = settings.Host,
        Port = settings.Port,
        Database = settings.Database,
        Username = settings.User,
        Password = settings.Password?.Reveal(),
        SslMode = settings.EffectiveTls switch
        {
            TlsMode.VerifyFull => SslMode.VerifyFull,
            TlsMode.VerifyCa => SslMode.VerifyCA,
            TlsMode.Unverified => SslMode.Require,
            _ => SslMode.Disable,
        },
        RootCertificate = settings.TlsRoots?.FullName,
        GssEncryptionMode = GssEncryptionMode.Disable,
        ApplicationName = "filterhost",
        MaxPoolSize = 8,
        Timeout = (int)Math.Ceiling(settings.QueryTimeout.TotalSeconds),
        // The caller's token ends a query.
        CommandTimeout = 0,
        // Milliseconds for a server that does not even end a query.
        CancellationTimeout = 500,
        // Seconds after which a listening connection is asked whether it is still there.
        KeepAlive = 15,
        PersistSecurityInfo = false,
    }.ConnectionString;

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Not to_regclass: within a transaction it goes by what the session remembers, and does not see tables that another host has just made.
        await using var find = new NpgsqlCommand("SELECT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'filterhost_schema' AND schemaname = ANY(current_schemas(false)))", connection);
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
            return 0;
        await using var read = new NpgsqlCommand("SELECT max(version) FROM filterhost_schema", connection);
        return await read.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as int? ?? 0;
    }

    private async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ChangeAsync(connection, "SELECT pg_advisory_xact_lock($1)", [MigrationLock], cancellationToken).ConfigureAwait(false);
        // Another host may have been faster.
        var version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        Schema.Check(version, Place);
        foreach (var script in Schema.Postgresql.Skip(version))
            await ChangeAsync(connection, script, [], cancellationToken).ConfigureAwait(false);
        await ChangeAsync(connection, $"UPDATE filterhost_schema SET version = {Schema.Version.ToString(CultureInfo.InvariantCulture)}", [], cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static SignerRow ReadSigner(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3));

    private static KeyRow ReadKey(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), KeyRow.StateOf(row.GetString(4)), row.GetString(5));

    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, string statement, object[] parameters)
    {
        var command = new NpgsqlCommand(statement, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    private static async Task<int> ChangeAsync(NpgsqlConnection connection, string statement, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(connection, statement, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(string statement, object[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<T>>(
            async (connection, token) =>
            {
                await using var command = CommandOf(connection, statement, parameters);
                await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                var rows = new List<T>();
                while (await reader.ReadAsync(token).ConfigureAwait(false))
                    rows.Add(read(reader));
                return rows;
            },
            cancellationToken);

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error)
        {
            // The classes of wrong credentials, a database that is not there, and wrong names and rights.
            var isMistake = error.SqlState[..2] is "28" or "3D" or "42";
            if (!isMistake)
                _source.Clear();
            throw new KeyDatabaseException(Explain(error), isMistake);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or IOException or TimeoutException or AuthenticationException or CryptographicException)
        {
            // Its pooled connections are as dead as this one; the next question gets a new one.
            _source.Clear();
            cancellationToken.ThrowIfCancellationRequested();
            throw new KeyDatabaseException($"{Place} cannot be reached: {error.GetBaseException().Message}");
        }
    }

    private string Explain(PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => $"{Place} refuses the password of user '{_settings.User}'. Correct 'password' or 'user'.",
        PostgresErrorCodes.InvalidAuthorizationSpecification => $"{Place} does not let user '{_settings.User}' in: {error.MessageText}. Correct 'user', 'tls', or the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => $"{Place} does not exist. Correct 'database', or run: createdb -O {_settings.User} {_settings.Database}",
        PostgresErrorCodes.InsufficientPrivilege => $"{Place} does not let user '{_settings.User}' do this: {error.MessageText}. The tables are made and changed by the database's owner; to sign, a user needs SELECT on signing_keys, signers and filterhost_schema.",
        _ => $"{Place}: {error.MessageText} ({error.SqlState})",
    };
}
