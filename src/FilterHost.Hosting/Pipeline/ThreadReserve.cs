namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// Keeps threads free for everybody while filters that block hold theirs. The pool adds one or two a second by itself, for which all mail would wait; here it gets more as soon as work that
/// was given to it has not begun by the next look.
/// </summary>
internal sealed class ThreadReserve
{
    private const int Step = 16;

    // Where that many do not help, threads are not what is missing.
    private const int MaximumThreads = 1024;

    private volatile bool _isWaiting;

    /// <summary>Looks whether work waits for a thread, again and again, from a thread that is not the pool's.</summary>
    public void Look()
    {
        if (_isWaiting)
        {
            Grow();
            return;
        }
        _isWaiting = true;
        ThreadPool.UnsafeQueueUserWorkItem(static reserve => reserve._isWaiting = false, this, preferLocal: false);
    }

    private static void Grow()
    {
        ThreadPool.GetMinThreads(out var threads, out var completionThreads);
        if (threads < MaximumThreads)
            ThreadPool.SetMinThreads(Math.Max(threads, ThreadPool.ThreadCount) + Step, completionThreads);
    }
}
