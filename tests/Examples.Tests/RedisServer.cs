using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Examples.Tests;

/// <summary>A real Redis of a test's own, which keeps nothing.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    public const string Password = "s;cret=,x";

    private const string Program = "/usr/bin/redis-server";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhrd");
    private Process? _server;

    private RedisServer()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = $"127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
    }

    public string Address { get; }

    /// <summary>A file that has the password.</summary>
    public string PasswordFile => Path.Combine(_folder.FullName, "password");

    /// <summary>Starts one; skips the test, or fails it where CI is set, where Redis is not installed.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        Assert.True(File.Exists(Program) || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "Redis is missing: the package redis-server");
        Assert.SkipUnless(File.Exists(Program), "Redis is missing: the package redis-server");
        var redis = new RedisServer();
        await File.WriteAllTextAsync(redis.PasswordFile, Password);
        File.SetUnixFileMode(redis.PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await redis.StartServerAsync();
        return redis;
    }

    public async Task StartServerAsync()
    {
        _server = Process.Start(new ProcessStartInfo(
            Program, ["--bind", "127.0.0.1", "--port", Address.Split(':')[1], "--requirepass", Password, "--save", "", "--appendonly", "no", "--dir", _folder.FullName, "--logfile", "log"]))!;
        for (var clock = Stopwatch.StartNew(); !await IsListeningAsync();)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20) && !_server.HasExited, "Redis does not start");
            await Task.Delay(20);
        }
    }

    public async Task StopServerAsync()
    {
        if (_server is not { } server)
            return;
        _server = null;
        server.Kill();
        await server.WaitForExitAsync();
        server.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPEndPoint.Parse(Address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
