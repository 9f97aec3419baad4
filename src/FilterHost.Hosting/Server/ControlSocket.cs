using System.Net.Sockets;
using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Server;

/// <summary>Where the program's other commands talk to the running host: a Unix socket of its owner's, one line asked, an answer, the end.</summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    private const int LongestRequest = 64;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Func<string, CancellationToken, Task<string>> _answer;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private ControlSocket(Socket socket, Func<string, CancellationToken, Task<string>> answer, ILogger logger)
    {
        (_socket, _answer, _logger) = (socket, answer, logger);
        _loop = Task.Run(AcceptAsync);
    }

    /// <summary>Opens the socket; nobody but its owner may connect.</summary>
    /// <param name="path">Where.</param>
    /// <param name="answer">Answers a line.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ListenException">It cannot be opened.</exception>
    public static async Task<ControlSocket> OpenAsync(string path, Func<string, CancellationToken, Task<string>> answer, ILogger logger, CancellationToken cancel)
    {
        if (!MilterAddress.TryParse($"unix:{path}", out var address, out var problem))
            throw new ListenException(problem);
        var options = new MilterListenerOptions { Address = address, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        return new ControlSocket(await UnixSocketFile.BindAsync(path, options, cancel).ConfigureAwait(false), answer, logger);
    }

    /// <summary>Asks a host that runs.</summary>
    /// <param name="path">Its socket.</param>
    /// <param name="request">The line.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="SocketException">No host is there.</exception>
    public static async Task<string> AskAsync(string path, string request, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{request}\n"), cancel).ConfigureAwait(false);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                await AnswerAsync(client).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
            {
                _logger.LogDebug("control connection lost: {Reason}", exception.Message);
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        await using var stream = new NetworkStream(client);
        var request = await ReadLineAsync(stream).ConfigureAwait(false);
        var answer = await _answer(request, _stop.Token).ConfigureAwait(false);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token).ConfigureAwait(false);
    }

    private async Task<string> ReadLineAsync(NetworkStream stream)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(RequestTimeout);
        var line = new byte[LongestRequest];
        for (var length = 0; length < line.Length; length++)
        {
            if (await stream.ReadAsync(line.AsMemory(length, 1), timeout.Token).ConfigureAwait(false) == 0 || line[length] == '\n')
                return Encoding.UTF8.GetString(line, 0, length);
        }
        return "";
    }
}
