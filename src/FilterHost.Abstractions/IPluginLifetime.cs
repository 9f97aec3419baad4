namespace FilterHost;

/// <summary>
/// The life of a plugin instance. Every member has a default, and is called one at a time, on threads of the pool; await, and pass the token on. An exception in <see cref="CheckAsync"/>, <see cref="StartAsync"/> or <see cref="WarmUpAsync"/> stops the start, or the reload, naming the instance.
/// </summary>
public interface IPluginLifetime
{
    /// <summary>The pause between two runs of <see cref="RunPeriodicallyAsync"/>; null where there are none.</summary>
    TimeSpan? Period => null;

    /// <summary>Looks for what is wrong before anything listens: files, keys, reachability. Called by <c>run</c>, by <c>check</c> and before a reload.</summary>
    ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Asked at a reload of an instance whose settings are as they were: true where what it has read from elsewhere, such as tables, has changed since, so that a new instance is made and this one
    /// stopped after its last message. The host itself looks at the files that are settings (<see cref="FileInfo"/>). An exception counts as true. An instance that notices changes by itself
    /// leaves this alone.
    /// </summary>
    ValueTask<bool> IsStaleAsync(CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>Starts the instance, before its first message; not called by <c>check</c>.</summary>
    ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Runs the instance's code once so that the first message finds it compiled and its caches filled.</summary>
    ValueTask WarmUpAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Work to be repeated, beside the messages and never beside itself: state that filters share with it needs a lock. An exception is logged and the next run comes as planned. The token is cancelled when the instance stops.</summary>
    ValueTask RunPeriodicallyAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops the instance after its last message, before the container is disposed. End here what the instance started: threads, timers, events. An exception is logged and changes nothing.</summary>
    ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
