using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using FilterHost.Commands;

namespace FilterHost.Import;

/// <summary>A host in a session of its own, for init scripts and units of Type=forking, which wait until the program they start has ended.</summary>
internal static class BackgroundHost
{
    // Of a process in the background nobody waits for a line; what it says before it serves is passed on.
    private const string Detach = "exec setsid \"$0\" \"$@\" </dev/null >/dev/null";

    /// <summary>Starts the host; returns once it serves, or has ended.</summary>
    /// <param name="arguments">Its command line.</param>
    public static async Task<int> StartAsync(string[] arguments)
    {
        // The host says that it serves as it says it to systemd (sd_notify(3)).
        var name = $"filterhost-{Guid.NewGuid():N}";
        using var readiness = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        readiness.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        var start = new ProcessStartInfo("/bin/sh", ["-c", Detach, Environment.ProcessPath!, .. arguments]) { RedirectStandardError = true };
        start.Environment["NOTIFY_SOCKET"] = $"@{name}";
        using var host = Process.Start(start)!;
        host.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                Console.Error.WriteLine(line.Data);
        };
        host.BeginErrorReadLine();
        var ended = host.WaitForExitAsync();
        if (await Task.WhenAny(IsReadyAsync(readiness), ended) != ended)
            return ExitCode.Ok;
        return host.ExitCode;
    }

    private static async Task IsReadyAsync(Socket socket)
    {
        var buffer = new byte[4096];
        while (!Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer)).Split('\n').Contains("READY=1"))
        {
            // Other news.
        }
    }
}
