namespace FilterHost.Hosting.Isolation;

/// <summary>Ties a worker to the life of its filter's table.</summary>
internal sealed class IsolatedLifetime(IsolatedWorker worker) : IPluginLifetime
{
    public async ValueTask StartAsync(CancellationToken cancellationToken) => await worker.StartAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await worker.DisposeAsync().ConfigureAwait(false);
}
