using System.Runtime.InteropServices;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// The nice value of single threads, which Linux has for each (sched(7)). It is raised only where it can be lowered again (RLIMIT_NICE, CAP_SYS_NICE): threads come back and serve others.
/// </summary>
internal static partial class ThreadNiceness
{
    private const int Nicest = 19;

    private const int ByThread = 0;

    // RLIMIT_NICE, and the limit that allows a nice value of 0.
    private const int NiceLimit = 13;
    private static readonly Limit Zero = new() { Soft = 20, Hard = 20 };

    private static readonly Lazy<int?> Usual = new(FindUsual);

    [ThreadStatic]
    private static int t_current;

    /// <summary>The number of the present thread; less than 0 where threads have none.</summary>
    public static int Current => t_current != 0 ? t_current : t_current = OperatingSystem.IsLinux() ? GetThread() : -1;

    /// <summary>Lets a thread have what the others leave, where that can be taken back.</summary>
    public static void Lower(int thread)
    {
        if (Usual.Value is not null)
            _ = SetPriority(ByThread, thread, Nicest);
    }

    /// <summary>Gives the present thread its share again.</summary>
    public static void Restore()
    {
        if (Usual.Value is { } usual)
            _ = SetPriority(ByThread, 0, usual);
    }

    /// <summary>Sees to it, while the process is root, that another user may do so.</summary>
    public static void Permit()
    {
        if (OperatingSystem.IsLinux())
            _ = SetLimit(NiceLimit, Zero);
    }

    // Tried on a thread that is of no use for anything else.
    private static int? FindUsual()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        int? usual = null;
        var thread = new Thread(() =>
        {
            var now = GetPriority(ByThread, 0);
            if (now < Nicest && SetPriority(ByThread, 0, Nicest) == 0 && SetPriority(ByThread, 0, now) == 0)
                usual = now;
        });
        thread.Start();
        thread.Join();
        return usual;
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThread();

    [LibraryImport("libc", EntryPoint = "getpriority")]
    private static partial int GetPriority(int kind, int thread);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int thread, int value);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int kind, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
