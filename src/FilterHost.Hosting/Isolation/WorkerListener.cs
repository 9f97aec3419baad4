using System.Collections.Concurrent;
using System.Net.Sockets;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>Takes the connections of the host. The folder of the socket lets nobody else in.</summary>
internal sealed class WorkerListener : IDisposable
{
    private const int Backlog = 4096;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // The host keeps the time, of frames as of calls.
    private static readonly MilterSessionOptions Options = new() { IdleTimeout = TimeSpan.FromDays(7), FrameTimeout = TimeSpan.FromHours(1) };

    private readonly FilterPipeline _pipeline;
    private readonly string _token;
    private readonly ILogger _logger;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();
    private readonly ConcurrentDictionary<Socket, MilterConversation> _conversations = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Watchdog _watchdog = new();
    private readonly HangUpWatch _hangUps;

    public WorkerListener(FilterPipeline pipeline, string token, ILogger logger)
    {
        (_pipeline, _token, _logger) = (pipeline, token, logger);
        _hangUps = new HangUpWatch(_conversations);
    }

    public void Listen(string path)
    {
        File.Delete(path);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen(Backlog);
    }

    /// <summary>Serves until the token is cancelled; then until no message is in hand.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        try
        {
            while (true)
                Serve(await _socket.AcceptAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // A message is over when the host has said what became of it.
            while (_conversations.Values.Any(conversation => conversation.Transaction is not null))
                await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
            await _end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_sessions.Keys).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _watchdog.Dispose();
        _hangUps.Dispose();
        _end.Dispose();
    }

    private void Serve(Socket socket)
    {
        var session = new MilterSession(socket, known =>
        {
            var conversation = new MilterConversation(new PipelineSource(_pipeline), _watchdog, _logger, TimeProvider.System, known);
            _conversations[socket] = conversation;
            return new WorkerConversation(conversation, _token);
        }, Options, _logger);
        var running = session.RunAsync(_end.Token);
        _sessions.TryAdd(running, 0);
        _ = running.ContinueWith(
            ended =>
            {
                _sessions.TryRemove(ended, out _);
                _conversations.TryRemove(socket, out _);
            },
            TaskScheduler.Default);
    }
}
