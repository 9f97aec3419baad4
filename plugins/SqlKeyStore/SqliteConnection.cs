using System.Runtime.InteropServices;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>An open SQLite database. One caller at a time, but for <see cref="Interrupt"/>. It has no finalizer: at unload that would call a library that is no longer bound, so it is always disposed.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    // SQLITE_TRANSIENT: SQLite makes a copy.
    private const nint Copied = -1;

    private nint _database;

    private SqliteConnection(nint database) => _database = database;

    public int Changes => SqliteNative.Changes(_database);

    /// <summary>True where another file stands at the path, or none.</summary>
    public bool HasMoved => SqliteNative.FileControl(_database, "main", SqliteNative.HasMoved, out var hasMoved) == SqliteNative.Ok && hasMoved != 0;

    /// <summary>Opens a file that is there.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="DllNotFoundException">SQLite is not installed.</exception>
    public static SqliteConnection Open(string path, TimeSpan busyTimeout)
    {
        var code = SqliteNative.Open(path, out var database, SqliteNative.OpenReadWrite, 0);
        // There is a handle even where it failed.
        var connection = new SqliteConnection(database);
        try
        {
            connection.Check(code);
            connection.Check(SqliteNative.SetBusyTimeout(database, (int)busyTimeout.TotalMilliseconds));
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements without parameters.</summary>
    public void Execute(string statements) => Check(SqliteNative.Execute(_database, statements, 0, 0, 0));

    /// <summary>Runs one statement and makes something of each row.</summary>
    public IReadOnlyList<T> Query<T>(string statement, IReadOnlyList<string> parameters, Func<SqliteStatement, T> read)
    {
        Check(SqliteNative.Prepare(_database, statement, -1, out var prepared, 0));
        try
        {
            for (var index = 0; index < parameters.Count; index++)
                Check(SqliteNative.BindText(prepared, index + 1, parameters[index], -1, Copied));
            var rows = new List<T>();
            int code;
            while ((code = SqliteNative.Step(prepared)) == SqliteNative.Row)
                rows.Add(read(new SqliteStatement(prepared)));
            if (code != SqliteNative.Done)
                Check(code);
            return rows;
        }
        finally
        {
            _ = SqliteNative.Finish(prepared);
        }
    }

    /// <summary>Runs one statement that changes rows, and says how many.</summary>
    public int Change(string statement, params string[] parameters)
    {
        Query(statement, parameters, static _ => 0);
        return Changes;
    }

    /// <summary>All of it or nothing; no other writer between. Nothing where it is cancelled, for nobody waits for it then.</summary>
    public T InTransaction<T>(Func<T> work, CancellationToken cancellationToken)
    {
        Execute("BEGIN IMMEDIATE");
        var isDone = false;
        try
        {
            var result = work();
            cancellationToken.ThrowIfCancellationRequested();
            Execute("COMMIT");
            isDone = true;
            return result;
        }
        finally
        {
            // It may be over already, which is no mistake.
            if (!isDone)
                _ = SqliteNative.Execute(_database, "ROLLBACK", 0, 0, 0);
        }
    }

    /// <summary>Ends what runs on another thread.</summary>
    public void Interrupt() => SqliteNative.InterruptQueries(_database);

    public void Dispose()
    {
        if (_database != 0)
            _ = SqliteNative.Close(_database);
        _database = 0;
    }

    private void Check(int code)
    {
        if (code != SqliteNative.Ok)
            throw new SqliteException(code, Marshal.PtrToStringUTF8((nint)SqliteNative.Message(_database)) ?? "out of memory");
    }
}
