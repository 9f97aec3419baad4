using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>The threads that are kept free while filters block theirs.</summary>
public sealed class ThreadReserveTests
{
    [Fact]
    public void Work_begins_though_calls_that_block_hold_every_thread_of_the_pool()
    {
        using var release = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var threads, out _);
        // The pool by itself would need a minute for these.
        for (var i = 0; i < threads + 120; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static release => release.Wait(), release, preferLocal: false);
        ThreadPool.UnsafeQueueUserWorkItem(static begun => begun.Set(), begun, preferLocal: false);
        var reserve = new ThreadReserve();
        var looks = 0;
        for (; looks < 200 && !begun.Wait(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken); looks++)
            reserve.Look();
        release.Set();
        Assert.True(begun.IsSet, $"nothing began in {looks} looks");
    }
}
