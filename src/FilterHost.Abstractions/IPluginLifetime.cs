namespace FilterHost;

/// <summary>
/// The life of a plugin instance. Every member has a default. An exception in <see cref="CheckAsync"/>, <see cref="StartAsync"/> or <see cref="WarmUpAsync"/> stops the start, or the reload, naming the instance.
/// </summary>
public interface IPluginLifetime
{
    /// <summary>The pause between two runs of <see cref="RunPeriodicallyAsync"/>; null where there are none.</summary>
    TimeSpan? Period => null;

    /// <summary>Looks for what is wrong before anything listens: files, keys, reachability. Called by <c>run</c>, by <c>check</c> and before a reload.</summary>
    ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Starts the instance, before its first message.</summary>
    ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Runs the instance's code once so that the first message finds it compiled and its caches filled.</summary>
    ValueTask WarmUpAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Work to be repeated. An exception is logged and the next run comes as planned.</summary>
    ValueTask RunPeriodicallyAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops the instance after its last message, before the container is disposed.</summary>
    ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
