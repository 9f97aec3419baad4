using System.Collections.Concurrent;
using System.Net.Sockets;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Isolation;

/// <summary>
/// A thread of its own that looks whether the host still waits for the answers of a worker. The host keeps the time: where it has given up it closes the connection, and the filter's token is cancelled.
/// </summary>
internal sealed class HangUpWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Socket, MilterConversation> _connections;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    /// <summary>Watches these connections.</summary>
    public HangUpWatch(ConcurrentDictionary<Socket, MilterConversation> connections)
    {
        _connections = connections;
        _thread = new Thread(Run) { IsBackground = true, Name = "filterhost-hang-up-watch" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(Interval))
        {
            foreach (var (socket, conversation) in _connections)
            {
                if (conversation.Transaction is { } transaction && IsHungUp(socket))
                    transaction.Cancel();
            }
        }
    }

    private static bool IsHungUp(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
