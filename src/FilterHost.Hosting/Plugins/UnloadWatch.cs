using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>Watches that the code of a released plugin leaves memory, and says so by name where it does not.</summary>
internal sealed class UnloadWatch(ILogger logger, TimeProvider time)
{
    // Timers and pools of libraries let go after a second or two; what holds on for this long, does for good.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>True once the context is collected; false, and a warning, where something keeps it.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="context">Its load context, released.</param>
    public async Task<bool> IsCollectedAsync(string plugin, WeakReference context)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            await Task.Delay(Pause, time).ConfigureAwait(false);
            if (!IsAlive(context))
                return true;
        }
        logger.LogWarning(
            "plugin {Plugin} was unloaded, but its code is still in memory after {Seconds} s: a thread, timer, event handler or cache that it left holds it. It costs memory until the host is restarted",
            plugin, (int)Patience.TotalSeconds);
        return false;
    }

    /// <summary>True where something holds the context after collections of all that nothing holds.</summary>
    // An idle host may not collect for hours. Code goes only after the finalizers of its objects, which takes a second round.
    public static bool IsAlive(WeakReference context)
    {
        for (var rounds = 0; rounds < 3 && context.IsAlive; rounds++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return context.IsAlive;
    }
}
