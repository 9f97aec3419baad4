using FilterHost.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Tests;

/// <summary>What the host tells a service manager: sd_notify(3), sd_watchdog_enabled(3).</summary>
public sealed class SupervisionTests : IDisposable
{
    private readonly Workplace _place = new();

    private string Path => System.IO.Path.Combine(_place.Folder, "notify");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_host_is_ready_once_it_serves_says_that_it_works_and_that_it_stops()
    {
        using var manager = new NotifySocket(Path);
        _place.Environment["NOTIFY_SOCKET"] = Path;
        _place.Environment["WATCHDOG_USEC"] = "1000000";
        await using var host = await _place.With("stop_deadline = \"7s\"\n" + Samples.Nothing).ListenAsync();
        Assert.Equal($"READY=1\nSTATUS=listening on unix:{System.IO.Path.Combine(_place.Folder, "s")}", await manager.ReceiveAsync());
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        Assert.Equal(0, (await host.StopAsync()).Code);
        string last;
        while ((last = await manager.ReceiveAsync()) == "WATCHDOG=1")
        {
        }
        Assert.Equal("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=37000000", last);
        Assert.True(manager.IsEmpty);
    }

    [Fact]
    public async Task The_notify_socket_may_have_an_abstract_name()
    {
        var name = $"filterhost-test-{Guid.NewGuid():N}";
        using var manager = new NotifySocket($"\0{name}");
        _place.Environment["NOTIFY_SOCKET"] = $"@{name}";
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.StartsWith("READY=1\n", await manager.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_became_another_user_still_tells()
    {
        Unix.NeedsRoot();
        using var manager = new NotifySocket(Path);
        // As systemd's is.
        await Unix.RunAsync("/bin/chmod", "777", Path);
        _place.Open().Environment["NOTIFY_SOCKET"] = Path;
        _place.Environment["STATE_DIRECTORY"] = System.IO.Path.Combine(_place.Folder, "state");
        await using var host = await _place.With("user = \"nobody\"\n" + Samples.Nothing).ListenAsync();
        Assert.StartsWith("READY=1\n", await manager.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_wrong_settings_is_never_ready()
    {
        using var manager = new NotifySocket(Path);
        _place.Environment["NOTIFY_SOCKET"] = Path;
        (await _place.With(Samples.Nothing + "oops = 1\n").RunAsync("run")).Expect(78);
        Assert.True(manager.IsEmpty);
    }

    [Fact]
    public async Task A_host_that_does_not_work_does_not_say_that_it_does()
    {
        using var manager = new NotifySocket(Path);
        var clock = new FakeTimeProvider();
        await using var systemd = SystemdSupervisor.Find(name => name == "NOTIFY_SOCKET" ? Path : null, clock)!;
        var answers = new Queue<bool>([true, false, true]);
        var asked = new SemaphoreSlim(0);
        var watching = systemd.WatchAsync(TimeSpan.FromSeconds(1), () =>
        {
            asked.Release();
            return answers.Dequeue();
        });
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await asked.WaitAsync(Workplace.Patience, TestContext.Current.CancellationToken));
        }
        systemd.Stopping(TimeSpan.Zero);
        await watching;
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        Assert.Equal("WATCHDOG=1", await manager.ReceiveAsync());
        Assert.StartsWith("STOPPING=1\n", await manager.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1")]
    public void Without_a_socket_that_it_knows_nothing_is_told(string? socket) =>
        Assert.Null(SystemdSupervisor.Find(name => name == "NOTIFY_SOCKET" ? socket : null, TimeProvider.System));
}
