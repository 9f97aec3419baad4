using System.Net.Sockets;
using System.Text;

namespace FilterHost.Tests;

/// <summary>The service manager's end of sd_notify(3).</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket(string path) => _socket.Bind(new UnixDomainSocketEndPoint(path));

    public async Task<string> ReceiveAsync()
    {
        var buffer = new byte[4096];
        var length = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Workplace.Patience);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>What has come and was not received.</summary>
    public bool IsEmpty => _socket.Available == 0;

    public void Dispose() => _socket.Dispose();
}
