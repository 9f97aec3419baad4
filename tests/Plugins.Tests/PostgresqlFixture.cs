using FilterHost.Tests;

namespace FilterHost.Plugins.Tests;

/// <summary>One PostgreSQL for the tests of a class.</summary>
public sealed class PostgresqlFixture : IAsyncLifetime
{
    internal PostgresqlCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await PostgresqlCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }
}
