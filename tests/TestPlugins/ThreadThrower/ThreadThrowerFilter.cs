namespace FilterHost.TestPlugins.ThreadThrower;

public sealed class ThreadThrowerFilter(ThreadThrowerSettings settings) : MessageFilter
{
    private static readonly List<Timer> Timers = [];

    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        switch (settings.Origin)
        {
            case Origin.Thread:
                new Thread(Throw).Start();
                break;
            case Origin.AsyncVoid:
                ThrowLater();
                break;
            case Origin.Timer:
                Timers.Add(new Timer(_ => Throw(), null, 1, Timeout.Infinite));
                break;
            case Origin.Wrapped:
                // The frames of the plugin are in the inner exception alone.
                new Thread(Task.Run(Throw).Wait).Start();
                break;
        }
        return Verdict.Continue;
    }

    private static void Throw() => throw new InvalidOperationException("nobody catches this");

    private static async void ThrowLater()
    {
        await Task.Yield();
        Throw();
    }
}
