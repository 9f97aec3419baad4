using System.Net.Sockets;
using System.Text;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>The syslog of a root of its own: what its programs write to <c>/dev/log</c>.</summary>
internal sealed class SendmailLog : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly StringBuilder _lines = new();

    public SendmailLog(string path)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _ = Task.Run(ReadAsync);
    }

    public void Dispose() => _socket.Dispose();

    public override string ToString()
    {
        lock (_lines)
            return _lines.ToString();
    }

    private async Task ReadAsync()
    {
        var datagram = new byte[65_536];
        while (true)
        {
            try
            {
                var count = await _socket.ReceiveAsync(datagram);
                lock (_lines)
                    _lines.Append(Encoding.UTF8.GetString(datagram, 0, count)).Append('\n');
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
