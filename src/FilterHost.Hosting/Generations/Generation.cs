using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>An immutable graph of plugin instances and of the pipelines that use them. It ends when it serves no more and the last connection has left it.</summary>
internal sealed class Generation : IAsyncDisposable, ICounted
{
    private readonly TimeProvider _time;
    private readonly Lazy<Task> _end;
    private int _users = 1;

    /// <summary>A generation of these instances, whose use becomes its own.</summary>
    /// <param name="instances">Instances; one that another uses comes before it.</param>
    /// <param name="listeners">The listeners.</param>
    /// <param name="time">The clock of the messages that warm it up.</param>
    /// <param name="memory">What its pipelines keep for later ones.</param>
    public Generation(IReadOnlyList<SharedInstance> instances, IReadOnlyList<ListenerPlan> listeners, TimeProvider time, HostMemory? memory = null)
    {
        (Shared, Listeners, _time) = (instances, listeners, time);
        Memory = memory ?? new HostMemory(time);
        _end = new Lazy<Task>(() => Task.Run(EndAsync));
    }

    /// <summary>Instances; one that another uses comes before it. None any more once it has ended.</summary>
    public IReadOnlyList<SharedInstance> Shared { get; private set; }

    public IEnumerable<PluginInstance> Instances => Shared.Select(shared => shared.Instance);

    /// <summary>The listeners; none once it has ended.</summary>
    public IReadOnlyList<ListenerPlan> Listeners { get; private set; }

    /// <summary>What its pipelines keep for later ones.</summary>
    public HostMemory Memory { get; }

    /// <summary>Completes when everything of it has been stopped.</summary>
    public bool HasEnded => _end is { IsValueCreated: true, Value.IsCompleted: true };

    /// <summary>Starts every new instance and its periodic work.</summary>
    /// <exception cref="PluginStartException">A plugin threw.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var shared in Shared)
            await NameAsync(Describe(shared), "start", () => shared.StartAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the code of every instance and pipeline once, so that the first message does not wait for the compiler.</summary>
    /// <param name="wanted">Which instances need it; a pipeline does where one of them is in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PluginStartException">A plugin threw.</exception>
    public async Task WarmUpAsync(IReadOnlySet<PluginInstance> wanted, CancellationToken cancellationToken)
    {
        foreach (var shared in Shared.Where(shared => wanted.Contains(shared.Instance)))
        {
            foreach (var lifetime in shared.Instance.Lifetimes)
                await NameAsync(Describe(shared), "warm up", () => lifetime.WarmUpAsync(cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        foreach (var listener in Listeners.Where(listener => listener.Pipeline.Members.Any(member => wanted.Contains(member.Instance))))
        {
            var filters = string.Join(", ", listener.Pipeline.Members.Select(member => member.Instance).Where(wanted.Contains).Distinct().Select(instance => instance.Name));
            await NameAsync($"{filters} of {listener.Listener.Socket}", "warm up", () => SyntheticMessage.RunAsync(listener, _time), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same for all instances.</summary>
    public Task WarmUpAsync(CancellationToken cancellationToken) => WarmUpAsync(Instances.ToHashSet(), cancellationToken);

    /// <summary>Suspends every instance of a plugin, whose own thread threw; false where that is done already.</summary>
    public bool Suspend(string plugin)
    {
        var isNew = false;
        foreach (var instance in Instances.Where(instance => instance.Plugin == plugin))
            isNew |= instance.Suspend();
        return isNew;
    }

    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _ = _end.Value;
    }

    /// <summary>Ends it now, whoever uses it.</summary>
    public async ValueTask DisposeAsync() => await _end.Value.ConfigureAwait(false);

    private static string Describe(SharedInstance shared) => $"{shared.Instance.Name} (plugin {shared.Instance.Plugin})";

    private async Task NameAsync(string name, string what, Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await PluginStep.RunAsync(call, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new PluginStartException($"{name} failed to {what}: {exception.Message}", exception);
        }
    }

    // Users before providers.
    private async Task EndAsync()
    {
        foreach (var shared in Shared.Reverse())
            await shared.DisposeAsync().ConfigureAwait(false);
        // Whoever still has it, such as the command that built it, keeps no plugin's code in memory.
        (Shared, Listeners) = ([], []);
    }
}
