using System.Runtime.InteropServices;

namespace FilterHost.TestPlugins.Faulty;

/// <summary>Does what the settings say at the stage that they say.</summary>
internal static class Misdeed
{
    private static readonly List<Timer> Timers = [];
    private static readonly List<byte[]> Leaked = [];

    public static async ValueTask<Verdict> AtAsync(Stage stage, FaultySettings settings)
    {
        if (stage == settings.Stage)
            await DoAsync(settings.Fault);
        return Verdict.Continue;
    }

    private static async ValueTask DoAsync(Fault fault)
    {
        switch (fault)
        {
            case Fault.Throw:
                Throw();
                break;
            case Fault.ThrowOnThread:
                new Thread(Throw).Start();
                break;
            case Fault.ThrowInAsyncVoid:
                ThrowLater();
                break;
            case Fault.ThrowInTimer:
                lock (Timers)
                    Timers.Add(new Timer(static _ => Throw(), null, 1, 100));
                break;
            case Fault.Hang:
                await new TaskCompletionSource().Task;
                break;
            case Fault.Block:
                new ManualResetEvent(false).WaitOne();
                break;
            case Fault.Leak:
                Leak();
                break;
            case Fault.LoadNativeLibrary:
                LoadNativeLibrary();
                break;
        }
    }

    private static void Throw() => throw new InvalidOperationException("the plugin is faulty");

    private static async void ThrowLater()
    {
        await Task.Yield();
        Throw();
    }

    private static void Leak()
    {
        var leaked = GC.AllocateUninitializedArray<byte>(256 * 1024);
        // Memory counts only once it is written to.
        Array.Fill(leaked, (byte)1);
        lock (Leaked)
            Leaked.Add(leaked);
    }

    private static unsafe void LoadNativeLibrary()
    {
        var library = NativeLibrary.Load("libz.so.1");
        var version = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "zlibVersion");
        if (*version() != '1')
            throw new InvalidOperationException("not the library that was meant");
        NativeLibrary.Free(library);
    }
}
