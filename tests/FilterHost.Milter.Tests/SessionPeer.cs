using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FilterHost.Milter.Tests;

/// <summary>The MTA's side of a session under test, octet by octet.</summary>
internal sealed class SessionPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();

    private SessionPeer(Socket socket, Socket accepted, RecordingCallbacks callbacks, MilterSessionOptions options)
    {
        _socket = socket;
        Callbacks = callbacks;
        Session = new MilterSession(accepted, callbacks, options, Log);
        Ended = Session.RunAsync(_stop.Token);
    }

    public RecordingCallbacks Callbacks { get; }

    public MilterSession Session { get; }

    public RecordingLogger Log { get; } = new();

    public Task Ended { get; }

    public static async Task<SessionPeer> StartAsync(RecordingCallbacks? callbacks = null, MilterSessionOptions? options = null)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(listening.LocalEndPoint!);
        return new(socket, await listening.AcceptAsync(), callbacks ?? new(), options ?? new());
    }

    /// <summary>With the whole of version 6 offered and the reply read.</summary>
    public static async Task<SessionPeer> NegotiatedAsync(RecordingCallbacks? callbacks = null, MilterSessionOptions? options = null, uint offered = 0x1FFFFF)
    {
        var peer = await StartAsync(callbacks, options);
        await peer.SendAsync(Wire.Offer(6, 0x1FF, offered));
        Assert.StartsWith("O", await peer.ReadAsync());
        return peer;
    }

    public async Task SendAsync(params string[] frames) => await SendOctetsAsync(Wire.Frames(frames));

    public async Task SendOctetsAsync(ReadOnlyMemory<byte> octets)
    {
        while (octets.Length > 0)
            octets = octets[await _socket.SendAsync(octets)..];
    }

    /// <summary>The next frame, code and data; null at the end of the stream.</summary>
    public async Task<string?> ReadAsync()
    {
        if (await ReadOctetsAsync(4) is not { } length)
            return null;
        return await ReadOctetsAsync(BinaryPrimitives.ReadInt32BigEndian(length)) is { } data ? Encoding.Latin1.GetString(data) : null;
    }

    public async Task<string?> AskAsync(string frame)
    {
        await SendAsync(frame);
        return await ReadAsync();
    }

    /// <summary>Ends the stream and gives all frames that were still to come.</summary>
    public async Task<List<string>> QuitAsync()
    {
        await SendAsync("Q");
        return await DrainAsync();
    }

    public async Task<List<string>> DrainAsync()
    {
        List<string> frames = [];
        while (await ReadAsync() is { } frame)
            frames.Add(frame);
        await Ended.WaitAsync(Patience);
        return frames;
    }

    public void Drop() => _socket.Dispose();

    public void Shutdown() => _socket.Shutdown(SocketShutdown.Send);

    public void Stop() => _stop.Cancel();

    public async Task EndedAsync() => await Ended.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await EndedAsync();
        _stop.Dispose();
    }

    private async Task<byte[]?> ReadOctetsAsync(int count)
    {
        var octets = new byte[count];
        using var timeout = new CancellationTokenSource(Patience);
        for (var got = 0; got < count;)
        {
            int n;
            try
            {
                n = await _socket.ReceiveAsync(octets.AsMemory(got), timeout.Token);
            }
            catch (SocketException)
            {
                return null;
            }
            if (n == 0)
                return null;
            got += n;
        }
        return octets;
    }

    internal sealed class RecordingLogger : ILogger
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
                Lines.Add((logLevel, formatter(state, exception) + exception));
        }
    }
}
