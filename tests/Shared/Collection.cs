using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>Waits until something is collected: threads of the runtime, such as the one that compiles anew what is hot, may hold it for a while.</summary>
internal static class Collection
{
    public static async Task AwaitAsync(params IReadOnlyCollection<WeakReference> references)
    {
        var clock = Stopwatch.StartNew();
        while (references.Any(static reference => reference.IsAlive) && clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
