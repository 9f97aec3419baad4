namespace FilterHost.Hosting.Plugins;

/// <summary>
/// The thread that a plugin's code has for now. One that it does not give back can be slowed down until it does: a plugin that computes without end then takes what the others leave of the processors.
/// </summary>
internal sealed class LentThread
{
    private readonly Lock _slowing = new();

    // Its number; negative once it is slowed down, 0 while nothing is lent.
    private int _thread;

    /// <summary>The plugin gets the present thread.</summary>
    public void Lend() => Volatile.Write(ref _thread, ThreadNiceness.Current);

    /// <summary>The present thread is back, where it was lent. Once is enough.</summary>
    public void TakeBack()
    {
        if (Interlocked.Exchange(ref _thread, 0) >= 0)
            return;
        lock (_slowing)
            ThreadNiceness.Restore();
    }

    /// <summary>Slows it down, from another thread, if it is still away.</summary>
    public void SlowDown()
    {
        lock (_slowing)
        {
            var thread = Volatile.Read(ref _thread);
            if (thread > 0 && Interlocked.CompareExchange(ref _thread, -thread, thread) == thread)
                ThreadNiceness.Lower(thread);
        }
    }
}
