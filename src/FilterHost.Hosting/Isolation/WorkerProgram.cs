using System.Diagnostics;
using System.Reflection;

namespace FilterHost.Hosting.Isolation;

/// <summary>What is run as a worker: the program that this process is.</summary>
internal static class WorkerProgram
{
    /// <summary>The path of the program, where this process is another one: a test, or a program that the host is a library of. Data of <see cref="AppContext"/>.</summary>
    public const string PathKey = "FilterHost.WorkerProgram";

    // What the service manager gave to the host alone.
    private static readonly string[] OfHost = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

    /// <summary>The start of a worker whose managed heap has this limit.</summary>
    public static ProcessStartInfo StartOf(long memory)
    {
        var start = OwnStart();
        start.ArgumentList.Add("worker");
        start.Environment["DOTNET_GCHeapHardLimit"] = memory.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        // A worker that dies has its reason on standard error; a dump of it would hold mail and keys.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    /// <summary>The start of the same program, for whatever command is added; its standard streams are the caller's.</summary>
    public static ProcessStartInfo OwnStart()
    {
        var start = new ProcessStartInfo
        {
            FileName = Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (IsDotnet(start.FileName))
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        foreach (var name in OfHost)
            start.Environment.Remove(name);
        return start;
    }

    private static string Path => AppContext.GetData(PathKey) as string ?? Environment.ProcessPath ?? throw new InvalidOperationException("this process does not know its own program");

    private static bool IsDotnet(string path) => System.IO.Path.GetFileNameWithoutExtension(path) == "dotnet";
}
