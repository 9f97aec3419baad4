using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FilterHost.Hosting;

namespace FilterHost.Daemon;

/// <summary>Tells systemd, or who speaks its protocol (sd_notify(3)), that the host is ready, works, and stops.</summary>
internal sealed class SystemdSupervisor : ISupervisor, IAsyncDisposable
{
    // What the plugins may take after the messages.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(1);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = (int)SendTimeout.TotalMilliseconds };
    private readonly UnixDomainSocketEndPoint _manager;
    private readonly TimeSpan? _interval;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    private SystemdSupervisor(UnixDomainSocketEndPoint manager, TimeSpan? interval, TimeProvider time) => (_manager, _interval, _time) = (manager, interval, time);

    /// <summary>The one that the environment names; null where nobody wants to hear.</summary>
    public static SystemdSupervisor? Find(Func<string, string?> environment, TimeProvider time)
    {
        if (environment("NOTIFY_SOCKET") is not { Length: > 1 } path || path[0] is not ('/' or '@'))
            return null;
        // An @ stands for the NUL of a name that is no path (unix(7)).
        return new SystemdSupervisor(new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path), IntervalOf(environment), time);
    }

    public void Serving(string status, HostPulse pulse)
    {
        Send($"READY=1\nSTATUS={status}");
        if (_interval is { } interval)
            _watching = WatchAsync(interval, pulse.Beats);
    }

    // sd_notify(3): "this message must also include MONOTONIC_USEC=", by which systemd tells this reload from one before.
    public void Reloading() => Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond}"));

    public void Reloaded(string status) => Send($"READY=1\nSTATUS={status}");

    public void Stopping(TimeSpan deadline)
    {
        _stop.Cancel();
        Send(string.Create(CultureInfo.InvariantCulture, $"STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC={(deadline + Afterwards).Ticks / TimeSpan.TicksPerMicrosecond}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>Says at each interval that the host works, if it does. Who does not hear it restarts the host.</summary>
    internal async Task WatchAsync(TimeSpan interval, Func<bool> works)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (works())
                    Send("WATCHDOG=1");
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    // sd_watchdog_enabled(3): "it is recommended that a daemon sends a keep-alive notification message to the service manager every half of the time returned".
    private static TimeSpan? IntervalOf(Func<string, string?> environment)
    {
        var isOurs = environment("WATCHDOG_PID") is not { Length: > 0 } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isOurs && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 1 and < uint.MaxValue * 1000L
            ? TimeSpan.FromMicroseconds(limit / 2)
            : null;
    }

    private void Send(string state)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _manager);
        }
        catch (SocketException)
        {
            // A service manager that cannot hear finds out by its own timeouts.
        }
    }
}
