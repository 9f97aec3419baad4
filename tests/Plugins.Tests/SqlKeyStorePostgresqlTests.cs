using System.Globalization;
using System.Diagnostics;
using FilterHost.Keys;
using FilterHost.Plugins.SqlKeyStore;
using FilterHost.Tests;
using Npgsql;

namespace FilterHost.Plugins.Tests;

/// <summary>Keys in a real PostgreSQL.</summary>
public sealed class SqlKeyStorePostgresqlTests(PostgresqlFixture postgresql) : SqlKeyStoreRules, IClassFixture<PostgresqlFixture>
{
    private readonly PostgresqlCluster _cluster = postgresql.Cluster;
    private string _database = "";

    private protected override string Database => $"host = \"{_cluster.Folder}\"\nport = {_cluster.Port}\ndatabase = \"{_database}\"";

    private protected override TimeSpan Delay { get; } = TimeSpan.FromSeconds(30);

    public override async ValueTask InitializeAsync()
    {
        // A test that failed may have left it stopped.
        await _cluster.StartServerAsync();
        _database = await _cluster.CreateDatabaseAsync();
    }

    [Fact]
    public async Task A_change_is_announced_by_its_domain_alone()
    {
        await ReadyAsync();
        var heard = new List<string>();
        await using var source = NpgsqlDataSource.Create($"Host={_cluster.Folder};Port={_cluster.Port};Username={PostgresqlCluster.User};Database={_database}");
        await using var connection = await source.OpenConnectionAsync(Cancel);
        connection.Notification += (_, notification) => heard.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Schema.Channel}", connection))
            await listen.ExecuteNonQueryAsync(Cancel);
        await CreateAsync(await LoadAsync(), "s");
        await HearAsync(1, "example.com");
        await ExecuteAsync("UPDATE signing_keys SET note = 'x'");
        await HearAsync(1, "example.com");
        await ExecuteAsync("UPDATE signers SET pattern = 'a@example.org'");
        await HearAsync(2, "example.com", "example.org");
        await ExecuteAsync("UPDATE signers SET pattern = '.example.net'");
        await HearAsync(2, "example.org", ".example.net");
        await ExecuteAsync("DELETE FROM signing_keys");
        await HearAsync(1, "example.com");
        await ExecuteAsync("TRUNCATE signers");
        await HearAsync(1, "");

        async Task HearAsync(int count, params string[] domains)
        {
            while (heard.Count < count)
                await connection.WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.Equal(domains.Order(), heard.Order());
            heard.Clear();
        }
    }

    [Fact]
    public async Task A_wrong_password_stops_the_start_and_is_not_shown()
    {
        var host = await LoadTcpAsync("127.0.0.1", "", password: "wrong-one");
        Assert.Null(host.Generation);
        var problem = Assert.Single(host.Problems.Ordered());
        Assert.Contains($"refuses the password of user '{PostgresqlCluster.User}'", problem.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", problem.ToString(), StringComparison.Ordinal);
        Assert.NotNull((await LoadTcpAsync("127.0.0.1", "")).Generation);
    }

    [Fact]
    public async Task A_database_or_server_that_is_not_there_stops_the_start_and_says_so()
    {
        var first = _database;
        _database = "nowhere";
        Assert.Contains("nowhere does not exist. Correct 'database', or run: createdb -O filterhost nowhere", Assert.Single((await LoadAsync()).Problems.Ordered()).Text, StringComparison.Ordinal);
        _database = first;
        var host = new LoadedPlugins();
        await host.BuildAsync("[service.keys]\nplugin = \"SqlKeyStore\"\nhost = \"127.0.0.1\"\nport = 9\n");
        Assert.Contains("cannot be reached: Connection refused", Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
        await host.DisposeAsync();
    }

    [Theory]
    // The certificate is of our authority and names localhost.
    [InlineData("localhost", "tls = \"verify_full\"\ntls_roots = \"CA\"", null)]
    [InlineData("127.0.0.1", "tls = \"verify_full\"\ntls_roots = \"CA\"", "certificate")]
    [InlineData("127.0.0.1", "tls = \"verify_ca\"\ntls_roots = \"CA\"", null)]
    [InlineData("localhost", "tls = \"verify_full\"", "certificate")]
    [InlineData("localhost", "tls = \"verify_ca\"", "certificate")]
    [InlineData("localhost", "tls = \"unverified\"", null)]
    [InlineData("localhost", "", "does not let user 'tls_only' in")]
    public async Task TLS_is_verified_as_the_settings_say(string server, string lines, string? problem)
    {
        var host = await LoadTcpAsync(server, lines.Replace("CA", _cluster.Authority, StringComparison.Ordinal), PostgresqlCluster.TlsUser, PostgresqlCluster.TlsUser);
        if (problem is null)
            Assert.True(host.Generation is not null, string.Join('\n', host.Problems.Ordered()));
        else
            Assert.Contains(problem, Assert.Single(host.Problems.Ordered()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_off_loopback_is_verified_unless_the_settings_say_otherwise_and_then_it_is_warned_of()
    {
        // A name of this machine that is not known to be loopback.
        var name = System.Net.Dns.GetHostName();
        Assert.SkipUnless(DomainName.TryParse(name, out _) && name != "localhost" && (await System.Net.Dns.GetHostAddressesAsync(name, Cancel)).Length > 0, "this machine's name has no address");
        var refused = await LoadTcpAsync(name, "");
        Assert.Null(refused.Generation);
        Assert.Contains("certificate", Assert.Single(refused.Problems.Ordered()).Text, StringComparison.Ordinal);
        var allowed = await LoadTcpAsync(name, "tls = \"disable\"");
        Assert.NotNull(allowed.Generation);
        Assert.Contains(allowed.Problems.Ordered(), problem => problem.Severity == ProblemSeverity.Warning && problem.Text.Contains("Set 'tls' to \"verify_full\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_who_may_only_read_signs_and_can_make_no_key()
    {
        await ReadyAsync();
        await InsertKeyAsync("example.com", "s");
        await InsertSignersAsync(("example.com", "example.com", ""));
        await _cluster.ExecuteAsync("postgres", "CREATE ROLE reader LOGIN");
        await ExecuteAsync("GRANT SELECT ON signing_keys, signers, filterhost_schema TO reader");
        var host = await LoadAsync("user = \"reader\"");
        Assert.Single(await FoundAsync(host));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => CreateAsync(host, "t"));
        Assert.Contains("does not let user 'reader' do this", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_defers_mail_within_the_limit_and_recovers()
    {
        await ReadyAsync();
        var host = await LoadAsync("query_timeout = \"3s\"");
        Assert.IsType<SigningKeys.NotOurs>(await FindAsync(host, "a", "example.org"));
        await _cluster.SignalAsync("-STOP");
        try
        {
            var clock = Stopwatch.StartNew();
            AssertUnavailable(await FindAsync(host, "a", "example.net"));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(25), $"{clock.Elapsed}");
        }
        finally
        {
            await _cluster.SignalAsync("-CONT");
        }
        await UntilAsync(async () => await FindAsync(host, "a", "example.net") is SigningKeys.NotOurs, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task After_a_restart_of_the_server_changes_are_heard_again()
    {
        await ReadyAsync();
        var host = await LoadAsync();
        await WatchedAsync();
        await _cluster.StopServerAsync();
        await _cluster.StartServerAsync();
        await WatchedAsync();
        Assert.IsType<SigningKeys.NotOurs>(await FindAsync(host));
        await InsertKeyAsync("example.com", "s");
        await InsertSignersAsync(("example.com", "example.com", ""));
        await UntilAsync(async () => await FindAsync(host) is SigningKeys.Found, Delay);
    }

    private protected override IReadOnlyList<string> Scripts => Schema.Postgresql;

    private protected override Task PrepareEmptyAsync() => Task.CompletedTask;

    private protected override Task ExecuteAsync(string statements) => _cluster.ExecuteAsync(_database, statements);

    private protected override async Task<string> QueryAsync(string statement) => (await _cluster.ExecuteAsync(_database, statement)).Trim();

    private protected override Task InsertManyAsync(int domains) => ExecuteAsync($"""
        INSERT INTO signing_keys (signing_domain, selector, algorithm, private_key) SELECT 'd' || i || '.example', 's', 'rsa-sha256', '{Pem}' FROM generate_series(0, {domains - 1}) AS i;
        INSERT INTO signers (pattern, signing_domain) SELECT signing_domain, signing_domain FROM signing_keys;
        """);

    private protected override Task WatchedAsync(int hosts = 1) =>
        UntilAsync(async () => await QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'") == $"{hosts}", TimeSpan.FromSeconds(60));

    private protected override async Task<int> OpenAsync() =>
        int.Parse(await QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"), CultureInfo.InvariantCulture);

    private protected override Task TakeAwayAsync() => _cluster.StopServerAsync();

    private protected override Task BringBackAsync() => _cluster.StartServerAsync();

    private async Task<LoadedPlugins> LoadTcpAsync(string server, string lines, string user = PostgresqlCluster.User, string password = PostgresqlCluster.Password)
    {
        var secret = Path.Combine(Directory.CreateTempSubdirectory("fhpw").FullName, "password");
        await File.WriteAllTextAsync(secret, password, Cancel);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        var (host, port) = (Track(new LoadedPlugins()), _cluster.Port);
        await host.BuildAsync($"[service.keys]\nplugin = \"SqlKeyStore\"\nhost = \"{server}\"\nport = {port}\ndatabase = \"{_database}\"\nuser = \"{user}\"\npassword = {{ file = \"{secret}\" }}\nquery_timeout = \"20s\"\n{lines}\n");
        Directory.Delete(Path.GetDirectoryName(secret)!, recursive: true);
        return host;
    }
}
