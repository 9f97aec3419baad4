using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Server;
using FilterHost.Hosting.Tests.Server;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests;

public sealed class HostPulseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_works_has_a_pulse_at_every_round()
    {
        using var watchdog = new Watchdog();
        await using var listener = await ListenAsync();
        var pulse = new HostPulse(watchdog, () => listener.IsAccepting);
        for (var i = 0; i < 3; i++)
            Assert.True(SpinWait.SpinUntil(pulse.Beats, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_watchdog_thread_that_stands_still_is_no_pulse()
    {
        var watchdog = new Watchdog();
        await using var listener = await ListenAsync();
        var pulse = new HostPulse(watchdog, () => listener.IsAccepting);
        watchdog.Dispose();
        pulse.Beats();
        Assert.False(pulse.Beats());
    }

    [Fact]
    public async Task A_listener_that_accepts_no_more_is_no_pulse()
    {
        using var watchdog = new Watchdog();
        await using var good = await ListenAsync();
        var bad = await ListenAsync();
        var pulse = new HostPulse(watchdog, () => good.IsAccepting && bad.IsAccepting);
        Assert.True(SpinWait.SpinUntil(pulse.Beats, TimeSpan.FromSeconds(60)));
        await bad.StopAsync();
        var rounds = watchdog.Rounds;
        Assert.True(SpinWait.SpinUntil(() => watchdog.Rounds > rounds, TimeSpan.FromSeconds(60)));
        Assert.False(pulse.Beats());
        await bad.DisposeAsync();
    }

    private static async Task<MilterListener> ListenAsync()
    {
        Assert.True(MilterAddress.TryParse("inet:0@localhost", out var address, out _));
        var listener = await MilterListener.BindAsync(new MilterListenerOptions { Address = address }, _ => new QuietCallbacks(), null, Cancel);
        listener.Start();
        return listener;
    }
}
