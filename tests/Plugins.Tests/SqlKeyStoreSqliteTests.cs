using FilterHost.Keys;
using FilterHost.Plugins.SqlKeyStore;

namespace FilterHost.Plugins.Tests;

/// <summary>Keys in an SQLite file.</summary>
public sealed class SqlKeyStoreSqliteTests : SqlKeyStoreRules
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhsql");

    private string File => Path.Combine(_folder.FullName, "db/keys.db");

    private protected override string Database => $"file = \"{File}\"";

    // Looked at every 2 s.
    private protected override TimeSpan Delay { get; } = TimeSpan.FromSeconds(30);

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_first_key_makes_the_file_for_the_owner_alone_and_a_start_without_it_is_refused()
    {
        var host = await new LoadedPlugins().BuildAsync(TablesOf(""));
        Assert.Null(host.Generation);
        Assert.Contains($"{File} does not exist", Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
        Assert.Equal("service.keys.file", host.Problems.Ordered()[0].Location!.Key);
        Assert.False(System.IO.File.Exists(File));
        await host.DisposeAsync();
        await CreateAsync(await LoadAsync(), "s", SigningAlgorithm.Ed25519Sha256);
        foreach (var path in Directory.GetFiles(Path.GetDirectoryName(File)!))
            Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(path));
        Assert.Equal(["keys.db", "keys.db-shm", "keys.db-wal"], Directory.GetFiles(Path.GetDirectoryName(File)!).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("", UnixFileMode.GroupRead)]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("-wal", UnixFileMode.OtherRead)]
    [InlineData("-shm", UnixFileMode.OtherRead)]
    [InlineData("-journal", UnixFileMode.GroupRead)]
    public async Task A_file_that_others_can_read_or_write_is_refused_with_the_command_that_mends_it(string companion, UnixFileMode mode)
    {
        await ReadyAsync();
        if (companion.Length > 0)
            await System.IO.File.WriteAllTextAsync(File + companion, "", Cancel);
        System.IO.File.SetUnixFileMode(File + companion, OwnerOnly | mode);
        var host = await LoadAsync();
        Assert.Null(host.Generation);
        Assert.Contains($"Run: chmod 600 {File}{companion}", Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
        Assert.NotNull((await LoadAsync("check_permissions = false")).Generation);
    }

    [Fact]
    public async Task A_folder_that_others_can_write_is_refused()
    {
        await ReadyAsync();
        System.IO.File.SetUnixFileMode(Path.GetDirectoryName(File)!, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        Assert.Contains("can be written by others", Assert.Single((await LoadAsync()).Problems.Ordered()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_mode_becomes_unsafe_defers_mail_of_domains_that_are_not_known_yet()
    {
        var host = await LoadAsync();
        await CreateAsync(host, "s", SigningAlgorithm.Ed25519Sha256);
        System.IO.File.SetUnixFileMode(File, OwnerOnly | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.IsType<SigningKeys.Misconfigured>(await FindAsync(host)).Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!, OwnerOnly | UnixFileMode.UserExecute);
        await System.IO.File.WriteAllTextAsync(File, new string('x', 8192), Cancel);
        System.IO.File.SetUnixFileMode(File, OwnerOnly);
        var host = await new LoadedPlugins().BuildAsync(TablesOf(""));
        Assert.Null(host.Generation);
        Assert.Contains("is no SQLite database", Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_is_exchanged_is_noticed()
    {
        var host = await LoadAsync();
        await CreateAsync(host, "s", SigningAlgorithm.Ed25519Sha256);
        Assert.Single(await FoundAsync(host));
        using (var other = Open($"{File}.new"))
        {
            foreach (var script in Schema.Sqlite)
                other.Execute(script);
            other.Execute("UPDATE filterhost_schema SET version = 1");
        }
        foreach (var companion in new[] { "-wal", "-shm" })
            System.IO.File.Delete(File + companion);
        System.IO.File.Move($"{File}.new", File, overwrite: true);
        await UntilAsync(async () => await FindAsync(host) is SigningKeys.NotOurs, Delay);
    }

    [Fact]
    public async Task Mail_is_signed_while_another_program_writes_for_long_and_what_writes_waits_no_longer_than_the_limit()
    {
        var host = await LoadAsync("query_timeout = \"2s\"");
        await CreateAsync(host, "s", SigningAlgorithm.Ed25519Sha256);
        using (var other = Open(File))
        {
            other.Execute("BEGIN IMMEDIATE; UPDATE signing_keys SET note = 'x'");
            Assert.IsType<SigningKeys.Found>(await FindAsync(host));
            Assert.IsType<SigningKeys.NotOurs>(await FindAsync(host, "a", "example.org"));
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => CreateAsync(host, "t", SigningAlgorithm.Ed25519Sha256));
            // SQLite's own limit and ours end at the same time; on a busy machine ours may be the first.
            Assert.Matches("is locked by another program|has not answered within", refusal.Message);
            other.Execute("ROLLBACK");
        }
        await CreateAsync(host, "t", SigningAlgorithm.Ed25519Sha256);
    }

    [Theory]
    [InlineData("", "No database is named")]
    [InlineData("file = \"k.db\"\nhost = \"localhost\"", "names an SQLite database already")]
    [InlineData("file = \"k.db\"\ntls = \"disable\"", "has no password and no TLS")]
    [InlineData("host = \"a,b\"", "is neither the name or address")]
    [InlineData("host = \"db.example.com:5433\"", "is neither the name or address")]
    [InlineData("host = \"localhost\"\ntls_roots = \"ca.pem\"", "Nothing is verified here")]
    public async Task Settings_that_contradict_each_other_are_refused(string lines, string text)
    {
        await using var host = await new LoadedPlugins().BuildAsync($"[service.keys]\nplugin = \"SqlKeyStore\"\n{lines}\n");
        Assert.Contains(text, Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/run/postgresql", null, TlsMode.Disable)]
    [InlineData("localhost", null, TlsMode.Disable)]
    [InlineData("127.0.0.2", null, TlsMode.Disable)]
    [InlineData("::1", null, TlsMode.Disable)]
    [InlineData("192.0.2.1", null, TlsMode.VerifyFull)]
    [InlineData("db.example.com", null, TlsMode.VerifyFull)]
    [InlineData("localhost.example.com", null, TlsMode.VerifyFull)]
    [InlineData("db.example.com", TlsMode.Disable, TlsMode.Disable)]
    [InlineData("localhost", TlsMode.VerifyCa, TlsMode.VerifyCa)]
    public void Off_this_machine_the_server_is_verified_unless_the_settings_say_otherwise(string host, TlsMode? set, TlsMode effective) =>
        Assert.Equal(effective, new SqlKeyStoreSettings { Host = host, Tls = set }.EffectiveTls);

    [Fact]
    public void What_is_shown_of_a_key_is_not_the_private_part() =>
        Assert.DoesNotContain("PRIVATE", new KeyRow("example.com", "s", "rsa-sha256", Pem, SigningKeyState.Active, "").ToString(), StringComparison.Ordinal);

    private protected override IReadOnlyList<string> Scripts => ["PRAGMA journal_mode = WAL", .. Schema.Sqlite];

    private protected override Task PrepareEmptyAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!, OwnerOnly | UnixFileMode.UserExecute);
        if (!System.IO.File.Exists(File) && !System.IO.File.Exists($"{File}.away"))
            System.IO.File.Create(File).Dispose();
        if (new FileInfo(File) is { Exists: true, Length: 0 })
            System.IO.File.SetUnixFileMode(File, OwnerOnly);
        return Task.CompletedTask;
    }

    private protected override Task ExecuteAsync(string statements)
    {
        using var connection = Open(File);
        connection.Execute(statements);
        return Task.CompletedTask;
    }

    private protected override Task<string> QueryAsync(string statement)
    {
        using var connection = Open(File);
        return Task.FromResult(connection.Query(statement, [], static row => row.Text(0))[0]);
    }

    private protected override Task InsertManyAsync(int domains) => ExecuteAsync($"""
        BEGIN;
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {domains - 1})
        INSERT INTO signing_keys (signing_domain, selector, algorithm, private_key) SELECT 'd' || i || '.example', 's', 'rsa-sha256', '{Pem}' FROM n;
        INSERT INTO signers (pattern, signing_domain) SELECT signing_domain, signing_domain FROM signing_keys;
        COMMIT
        """);

    private protected override Task<int> OpenAsync() =>
        Task.FromResult(Directory.EnumerateFiles("/proc/self/fd").Count(descriptor => new FileInfo(descriptor).LinkTarget == File));

    private protected override Task TakeAwayAsync()
    {
        System.IO.File.Move(File, $"{File}.away");
        return Task.CompletedTask;
    }

    private protected override Task BringBackAsync()
    {
        System.IO.File.Move($"{File}.away", File);
        return Task.CompletedTask;
    }

    // Somebody has to put it back: waiting does not.
    private protected override void AssertUnavailable(SigningKeys keys) => Assert.IsType<SigningKeys.Misconfigured>(keys);

    private protected override Task CleanUpAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private static SqliteConnection Open(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            System.IO.File.Create(path).Dispose();
            System.IO.File.SetUnixFileMode(path, OwnerOnly);
        }
        return SqliteConnection.Open(path, TimeSpan.FromSeconds(5));
    }
}
