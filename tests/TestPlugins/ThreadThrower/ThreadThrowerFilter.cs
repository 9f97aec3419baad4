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
                Timers.Add(new Timer(_ => Throw(), null, 1, 1));
                break;
            case Origin.Wrapped:
                // The frames of the plugin are in the inner exception alone.
                new Thread(Task.Run(Throw).Wait).Start();
                break;
            case Origin.Finalizer:
                new Thread(Forget).Start();
                break;
            case Origin.Elsewhere:
                var writer = new StreamWriter(new MemoryStream());
                writer.BaseStream.Dispose();
                writer.Write('x');
                new Thread(writer.Flush).Start();
                break;
        }
        return Verdict.Continue;
    }

    private static void Throw() => throw new InvalidOperationException("nobody catches this");

    private static void Forget()
    {
        for (var i = 0; i < 10; i++)
        {
            _ = new Forgotten();
            GC.Collect();
        }
    }

    private static async void ThrowLater()
    {
        await Task.Yield();
        Throw();
    }

    private sealed class Forgotten
    {
        ~Forgotten() => Throw();
    }
}
