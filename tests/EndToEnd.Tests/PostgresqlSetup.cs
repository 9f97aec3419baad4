using FilterHost.Tests;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The same in a PostgreSQL of its own.</summary>
public sealed class PostgresqlSetup : SqliteSetup
{
    private string _database = "";

    internal PostgresqlCluster Cluster { get; private set; } = null!;

    protected override string KeyStore => $"[service.keys]\nplugin = \"SqlKeyStore\"\nhost = \"{Cluster.Folder}\"\nport = {Cluster.Port}\ndatabase = \"{_database}\"\ncache_time = \"1s\"";

    protected override async ValueTask PrepareAsync()
    {
        Cluster = await PostgresqlCluster.StartAsync();
        _database = await Cluster.CreateDatabaseAsync();
        await base.PrepareAsync();
    }

    protected override async ValueTask CleanUpAsync()
    {
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }
}
