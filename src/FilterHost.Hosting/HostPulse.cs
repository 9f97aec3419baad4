using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting;

/// <summary>Tells whether the host really works: every listener accepts, and the thread that looks after all connections goes its rounds. Who asks on a thread of the pool learns that the pool has one left, too.</summary>
internal sealed class HostPulse(Watchdog watchdog, Func<bool> areAccepting)
{
    private long _rounds;

    /// <summary>True if the host has worked since it was asked last.</summary>
    public bool Beats()
    {
        var rounds = watchdog.Rounds;
        return Interlocked.Exchange(ref _rounds, rounds) != rounds && areAccepting();
    }
}
