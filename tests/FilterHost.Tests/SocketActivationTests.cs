using System.Net;
using System.Net.Sockets;
using FilterHost.Milter;

namespace FilterHost.Tests;

/// <summary>Sockets that a service manager opens and hands over: sd_listen_fds(3).</summary>
public sealed class SocketActivationTests : IDisposable
{
    private const string Activate = "/usr/bin/systemd-socket-activate";
    private const string Python = "/usr/bin/python3";

    // Starts the program once for each line, always with the same socket, as a service manager does.
    private const string Manager = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX)
        s.bind(sys.argv[1])
        s.listen(64)
        if s.fileno() != 3:
            os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        for line in sys.stdin:
            child = os.fork()
            if child == 0:
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
                os.execv(sys.argv[2], sys.argv[2:])
            print(child, flush=True)
            print(os.waitpid(child, 0)[1], flush=True)
        """;

    private readonly Workplace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_place.Folder, "s");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_listener_takes_the_unix_socket_at_its_address_and_leaves_it_there()
    {
        await using var host = await ServeAsync("socket = \"unix:s\"", SocketPath, $"unix:{SocketPath}");
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_listener_takes_the_TCP_socket_at_its_address()
    {
        var port = FreePort();
        await using var host = await ServeAsync($"socket = \"inet:{port}@localhost\"", $"127.0.0.1:{port}", $"inet:{port}@127.0.0.1");
    }

    [Fact]
    public async Task A_listener_at_all_addresses_takes_the_socket_of_a_plain_port()
    {
        var port = FreePort();
        await using var host = await ServeAsync($"socket = \"inet:{port}@\"\nallow = [\"127.0.0.1\"]", $"{port}", $"inet:{port}@127.0.0.1");
    }

    [Fact]
    public async Task A_listener_takes_a_socket_by_its_name_wherever_it_is()
    {
        await using var host = await ServeAsync("socket = \"systemd:mail\"", SocketPath, $"unix:{SocketPath}", "--fdname=mail");
        Assert.Contains("listening on systemd:mail", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_no_listener_has_stops_the_start()
    {
        Need(Activate);
        _place.With("[[listener]]\nsocket = \"unix:other\"\nfilters = []\n");
        using var launcher = _place.Launch(Activate, "-l", SocketPath, "--fdname=mail", Workplace.Program, "run", "--config", _place.Settings);
        using var client = await ConnectAsync(SocketPath);
        var log = await launcher.StandardError.ReadToEndAsync(Cancel).WaitAsync(Workplace.Patience, Cancel);
        await launcher.WaitForExitAsync(Cancel);
        Assert.Equal(78, launcher.ExitCode);
        Assert.Contains($"fatal: the service manager handed over a socket at unix:{SocketPath}, named 'mail', that no listener has", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_was_not_handed_over_stops_the_start()
    {
        _place.With("[[listener]]\nsocket = \"systemd:mail\"\nfilters = []\n");
        (await _place.RunAsync("check")).Expect(0);
        (await _place.RunAsync("run")).Expect(78).HasProblemInLog("no socket named 'mail'; there is none at all");
    }

    [Fact]
    public async Task Sockets_that_were_handed_to_another_process_are_not_ours()
    {
        _place.Environment["LISTEN_PID"] = "1";
        _place.Environment["LISTEN_FDS"] = "3";
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.Equal(0, (await host.StopAsync()).Code);
    }

    [Fact]
    public async Task The_mode_of_a_socket_that_systemd_makes_is_the_units()
    {
        _place.With("[[listener]]\nsocket = \"systemd:mail\"\nfilters = []\nmode = \"0666\"\n");
        (await _place.RunAsync("check")).Expect(78).HasProblem(":4:1: listener[0].mode: ", "SocketMode=");
    }

    [Fact]
    public async Task A_connection_made_while_no_host_runs_is_served_by_the_next_one()
    {
        Need(Python);
        _place.With(Samples.Nothing);
        using var manager = _place.Launch(Python, "-c", Manager, SocketPath, Workplace.Program, "run", "--config", _place.Settings);
        for (var run = 0; run < 2; run++)
        {
            using var client = await ConnectAsync(SocketPath);
            await manager.StandardInput.WriteLineAsync("go".AsMemory(), Cancel);
            await manager.StandardInput.FlushAsync(Cancel);
            var host = await manager.StandardOutput.ReadLineAsync(Cancel);
            await ConverseAsync(Address($"unix:{SocketPath}"));
            await Unix.RunAsync("/bin/kill", "-TERM", host!);
            Assert.Equal("0", await manager.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Workplace.Patience, Cancel));
        }
        manager.StandardInput.Close();
        await manager.WaitForExitAsync(Cancel).WaitAsync(Workplace.Patience, Cancel);
    }

    private static void Need(string program)
    {
        if (!File.Exists(program))
            Assert.Skip($"there is no {program}");
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private static MilterAddress Address(string text) => MilterAddress.TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem);

    private static async Task<Socket> ConnectAsync(string path)
    {
        for (var clock = TimeProvider.System.GetTimestamp(); ;)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await client.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancel);
                return client;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(clock) < Workplace.Patience)
            {
                client.Dispose();
                await Task.Delay(20, Cancel);
            }
        }
    }

    private static async Task ConverseAsync(MilterAddress address)
    {
        for (var clock = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                await using var client = await MilterClient.OpenAsync(address, null, Cancel);
                await client.NegotiateAsync(new MilterOffer(6, MilterActions.None, MilterSteps.None), Cancel);
                Assert.True((await client.HeloAsync("me", Cancel)).WasGiven);
                await client.QuitAsync(Cancel);
                return;
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(clock) < Workplace.Patience)
            {
                await Task.Delay(20, Cancel);
            }
        }
    }

    /// <summary>Starts the host when the first connection comes, which is how the launcher works, and holds a conversation with it.</summary>
    private async Task<RunningHost> ServeAsync(string listener, string inherited, string address, params string[] options)
    {
        Need(Activate);
        _place.With($"[[listener]]\n{listener}\nfilters = []\n");
        var launcher = _place.Launch(Activate, ["-l", inherited, .. options, Workplace.Program, "run", "--config", _place.Settings]);
        var conversation = ConverseAsync(Address(address));
        var host = await RunningHost.WaitAsync(launcher);
        await conversation.WaitAsync(Workplace.Patience, Cancel);
        return host;
    }
}
