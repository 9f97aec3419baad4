using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Server;

/// <summary>Accepts connections of MTAs and runs a <see cref="MilterSession"/> on each.</summary>
internal sealed class MilterListener : IAsyncDisposable
{
    // What a forced close may still take.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly MilterListenerOptions _options;
    private readonly Func<MilterSession, IMilterCallbacks> _callbacks;
    private readonly ILogger _logger;
    private Socket[] _sockets;
    private readonly SemaphoreSlim _free;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly ConcurrentDictionary<MilterSession, Task> _sessions = new();
    private Task _loops = Task.CompletedTask;

    /// <summary>Takes sockets that listen already; connections wait until <see cref="Start"/>.</summary>
    public MilterListener(Socket[] sockets, MilterListenerOptions options, Func<MilterSession, IMilterCallbacks> callbacks, ILogger logger)
    {
        (_sockets, _options, _callbacks, _logger) = (sockets, options, callbacks, logger);
        _free = new SemaphoreSlim(options.MaximumConnections);
    }

    /// <summary>Where it listens; the port is the real one if 0 was asked for.</summary>
    public IReadOnlyList<EndPoint> EndPoints => [.. _sockets.Select(static socket => socket.LocalEndPoint!)];

    /// <summary>True while connections are accepted, or waited with until others end.</summary>
    public bool IsAccepting => !_loops.IsCompleted;

    /// <summary>Connections at work or idle.</summary>
    public int ConnectionCount => _sessions.Count;

    /// <summary>Binds; connections wait until <see cref="Start"/>.</summary>
    /// <exception cref="ListenException">It cannot be bound.</exception>
    public static async Task<MilterListener> BindAsync(
        MilterListenerOptions options, Func<MilterSession, IMilterCallbacks> callbacks, ILogger? logger, CancellationToken cancel)
    {
        return new(await OpenAsync(options, cancel), options, callbacks, logger ?? NullLogger.Instance);
    }

    /// <summary>The sockets of an address, which listen.</summary>
    /// <exception cref="ListenException">One cannot be bound.</exception>
    public static async Task<Socket[]> OpenAsync(MilterListenerOptions options, CancellationToken cancel) =>
        options.Address.Path is { } path ? [await UnixSocketFile.BindAsync(path, options, cancel)] : await TcpSockets.BindAsync(options, cancel);

    /// <summary>Begins to accept.</summary>
    public void Start() => _loops = Task.WhenAll(_sockets.Select(socket => Task.Run(() => AcceptLoopAsync(socket))));

    /// <summary>Accepts no more connections; those that are there go on to their own end.</summary>
    public async Task LeaveAsync()
    {
        await _leave.CancelAsync();
        // Nothing is closed while it is accepted at: the service manager may share it and keep it for our successor.
        await _loops;
        // A Unix socket's path goes with it, if we made it.
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    /// <summary>Leaves like <see cref="LeaveAsync"/>, and gives the sockets to a successor; connections wait in the kernel's queue until it accepts.</summary>
    public async Task<Socket[]> HandOverAsync()
    {
        var sockets = _sockets;
        _sockets = [];
        await LeaveAsync();
        return sockets;
    }

    /// <summary>Completes when the last connection has ended. None comes any more.</summary>
    public Task Ended => Task.WhenAll(_sessions.Values);

    /// <summary>Stops: no more connections, idle ones end at once, messages in hand get the deadline.</summary>
    public async Task StopAsync()
    {
        await LeaveAsync();
        await _stop.CancelAsync();
        if (await EndAsync(_options.StopDeadline))
            return;
        _logger.LogWarning("{Count} connections closed with a message in hand", _sessions.Count);
        foreach (var session in _sessions.Keys)
            session.Close();
        await EndAsync(Grace);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _leave.Dispose();
    }

    private async Task<bool> EndAsync(TimeSpan time)
    {
        try
        {
            await Task.WhenAll(_sessions.Values).WaitAsync(time, _options.Session.TimeProvider);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task AcceptLoopAsync(Socket listening)
    {
        var isShort = false;
        while (!_leave.IsCancellationRequested)
        {
            try
            {
                // Over the limit connections wait in the kernel's queue; a reset would make the MTA defer or pass mail.
                await _free.WaitAsync(_leave.Token);
                Take(await AcceptAsync(listening));
                isShort = false;
            }
            catch (SocketException e) when (!_leave.IsCancellationRequested)
            {
                // Out of descriptors or memory, or the client was gone before it was accepted: go on when that may be over.
                if (!isShort && e.SocketErrorCode is not (SocketError.ConnectionAborted or SocketError.ConnectionReset))
                    _logger.LogError("cannot accept connections at {Address} for now: {Reason}", _options.Address, e.Message);
                isShort = true;
                await Task.Delay(AcceptPause, _options.Session.TimeProvider, _leave.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task<Socket> AcceptAsync(Socket listening)
    {
        try
        {
            return await listening.AcceptAsync(_leave.Token);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    private void Take(Socket socket)
    {
        if (!IsAllowed(socket))
        {
            socket.Dispose();
            _free.Release();
            return;
        }
        if (NewSession(socket) is not { } session)
            return;
        // The entry is there before the session can end.
        var gate = new TaskCompletionSource();
        _sessions[session] = RunAsync(session, gate.Task);
        gate.SetResult();
    }

    private MilterSession? NewSession(Socket socket)
    {
        try
        {
            return new MilterSession(socket, _callbacks, _options.Session, _logger);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "no session for a connection to {Address}", _options.Address);
            socket.Dispose();
            _free.Release();
            return null;
        }
    }

    private async Task RunAsync(MilterSession session, Task gate)
    {
        await gate;
        await session.RunAsync(_stop.Token);
        _sessions.TryRemove(session, out _);
        _free.Release();
    }

    private bool IsAllowed(Socket socket)
    {
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint { Address: var peer })
                return true;
            socket.NoDelay = true;
            var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
            if (_options.Allow.Count == 0 ? IPAddress.IsLoopback(address) : _options.Allow.Any(network => network.Contains(address)))
                return true;
            _logger.LogWarning("connection to {Address} from {Peer} refused: not in 'allow'", _options.Address, address);
            return false;
        }
        catch (SocketException)
        {
            // Gone already.
            return false;
        }
    }
}
