namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The settings of a key store in a database.</summary>
public sealed record SqlKeyStoreSettings
{
    /// <summary>The SQLite database.</summary>
    [Setting("SQLite database of keys, for one machine. The first 'filterhost keys generate' makes it, with mode 0600; a start without it is refused, since a wrong path would let mail out unsigned. The private keys stand in it as text, so who reads it can sign as every domain in it. Whose mail is signed is in its table signers: by address, domain, or .domain for all below. Either this or 'host'. SQLite itself is the system's (Debian: libsqlite3-0).", Example = "\"keys.db\"")]
    public FileInfo? File { get; init; }

    /// <summary>The PostgreSQL server.</summary>
    [Setting("PostgreSQL server that several hosts share: a name, an address, or the folder of its unix socket. The private keys stand in its tables as text, so who reads the tables, or a backup of them, can sign as every domain in them. Make it with: createuser filterhost; createdb -O filterhost filterhost. The tables are made at the first start; a user who may only read them is enough for a host that signs. The host does not start while the database is away.", Example = "\"/var/run/postgresql\"")]
    public string? Host { get; init; }

    /// <summary>The port.</summary>
    [Setting("Port of PostgreSQL, which is also in the name of its unix socket.", Minimum = 1, Maximum = 65535)]
    public int Port { get; init; } = 5432;

    /// <summary>The database.</summary>
    [Setting("Database of PostgreSQL.")]
    public string Database { get; init; } = "filterhost";

    /// <summary>The role.</summary>
    [Setting("User of PostgreSQL. Over a unix socket it is usually the name of the system user that the host runs as, and needs no password.")]
    public string User { get; init; } = "filterhost";

    /// <summary>The password.</summary>
    [Setting("Password of the user. Default: none.", Example = "{ file = \"/etc/filterhost/database.password\" }")]
    public Secret? Password { get; init; }

    /// <summary>The protection of the connection.</summary>
    [Setting("Protection of the connection to PostgreSQL. Default: verify_full, but on loopback and unix sockets disable, because the private keys cross it. unverified and disable let who sits between take the keys.")]
    public TlsMode? Tls { get; init; }

    /// <summary>The authority.</summary>
    [Setting("Certificates of the authorities that PostgreSQL's certificate may come from (PEM). Default: those that the system trusts.", Example = "\"/etc/filterhost/database-ca.pem\"")]
    public FileInfo? TlsRoots { get; init; }

    /// <summary>The longest wait for the database.</summary>
    [Setting("Longest wait for one answer of the database. Mail whose keys are not known by then is deferred, never sent unsigned.", Minimum = 0.1, Maximum = 60)]
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long rows are kept.</summary>
    [Setting("How long what was read is used without asking again; so long mail of the domains in use is signed while the database is away. Changes show sooner: PostgreSQL announces them, an SQLite file is looked at every 2 s.", Minimum = 1, Maximum = 86400)]
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many domains are kept.</summary>
    [Setting("Most author domains, and most signing domains, that are kept in memory, some kB each. More domains in use are asked for again and again.", Minimum = 1, Maximum = 10_000_000)]
    public int CacheSize { get; init; } = 10_000;

    /// <summary>Looks at modes and owners.</summary>
    [Setting("Whether an SQLite file that others can read or write, or that belongs to neither root nor the program's user, is refused, and likewise the -wal and -shm files beside it and a folder that others can write. Default true, because who reads the keys can sign.")]
    public bool CheckPermissions { get; init; } = true;

    /// <summary>The protection that counts.</summary>
    internal TlsMode EffectiveTls => Tls ?? (IsLocal ? TlsMode.Disable : TlsMode.VerifyFull);

    /// <summary>True where nobody sits between the database and us.</summary>
    internal bool IsLocal => Host is null || Host.StartsWith('/') || Host == "localhost" || (System.Net.IPAddress.TryParse(Host, out var address) && System.Net.IPAddress.IsLoopback(address));
}
