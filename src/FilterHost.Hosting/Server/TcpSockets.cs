using System.Net;
using System.Net.Sockets;

namespace FilterHost.Hosting.Server;

/// <summary>Binds TCP sockets.</summary>
internal static class TcpSockets
{
    /// <summary>Binds and listens at every address of the listener's host.</summary>
    /// <exception cref="ListenException">One of them cannot be bound.</exception>
    public static async Task<Socket[]> BindAsync(MilterListenerOptions options, CancellationToken cancel)
    {
        List<Socket> sockets = [];
        try
        {
            foreach (var endPoint in await options.Address.ResolveAsync(cancel))
                sockets.Add(Bind(endPoint, options.Backlog));
            return [.. sockets];
        }
        catch (SocketException e)
        {
            foreach (var socket in sockets)
                socket.Dispose();
            throw e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new ListenException($"{options.Address}: address in use: another process listens there", isAddressInUse: true)
                : new ListenException($"{options.Address}: cannot listen: {e.Message}");
        }
    }

    // The class library sets SO_REUSEADDR when it binds: a restart is not held up by old connections, and a live listener still refuses.
    private static Socket Bind(EndPoint endPoint, int backlog)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(endPoint);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
