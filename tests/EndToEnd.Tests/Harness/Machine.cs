using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>What the tests need of the machine.</summary>
internal static class Machine
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(120);

    /// <summary>Skips the test, or fails it where CI is set, unless all the programs are there and we are root.</summary>
    public static void Require(params string[] programs)
    {
        var missing = programs.Where(program => !File.Exists(program)).ToList();
        if (!Environment.IsPrivilegedProcess)
            missing.Add("root");
        if (missing.Count == 0)
            return;
        Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"missing: {string.Join(", ", missing)}");
        Assert.Skip($"missing: {string.Join(", ", missing)}; tests/run as root installs the packages");
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(string program, IEnumerable<string> arguments, byte[]? input = null, string? folder = null, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(patience ?? Patience);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Patience, otherwise());
            await Task.Delay(20);
        }
    }

    public static bool Accepts(int port) => Accepts(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>True where a unix socket is listened on: its file is there a moment before.</summary>
    public static bool Accepts(string path) => File.Exists(path) && Accepts(new UnixDomainSocketEndPoint(path));

    private static bool Accepts(EndPoint place)
    {
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(place);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
