using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>A call of a plugin while a generation is made. One that does not come back is left to itself, so that it costs the new generation and neither the host nor a later reload.</summary>
internal static class PluginStep
{
    /// <summary>Longer than a plugin should need, shorter than service managers wait for a start or a reload (systemd: 90 s), so that the log names the plugin before they give up.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it on another thread, since it may keep the one that it gets.</summary>
    /// <param name="step">The call.</param>
    /// <param name="time">The clock of the limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="late">Takes what comes after the wait has ended.</param>
    /// <exception cref="TimeoutException">It did not come back.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> step, TimeProvider time, CancellationToken cancellationToken, Action<T>? late = null)
    {
        var thread = new LentThread();
        var running = Task.Run(() => CallOn(thread, step), CancellationToken.None);
        try
        {
            return await running.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !running.IsCompleted)
        {
            thread.SlowDown();
            _ = DropAsync(running, late);
            throw exception is TimeoutException ? new TimeoutException($"it did not come back within {Limit.TotalSeconds} s") : exception;
        }
    }

    /// <summary>The same without a result.</summary>
    public static Task RunAsync(Func<Task> step, TimeProvider time, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            await step().ConfigureAwait(false);
            return true;
        },
        time, cancellationToken);

    private static Task<T> CallOn<T>(LentThread thread, Func<Task<T>> step)
    {
        thread.Lend();
        try
        {
            return step();
        }
        finally
        {
            thread.TakeBack();
        }
    }

    private static async Task DropAsync<T>(Task<T> running, Action<T>? late)
    {
        try
        {
            var result = await running.ConfigureAwait(false);
            late?.Invoke(result);
        }
        catch (Exception)
        {
            // It is the plugin's, and nobody waits for it any more.
        }
    }
}
