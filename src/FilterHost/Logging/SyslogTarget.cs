using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Logging;

/// <summary>The system log: datagrams to its socket, in the form in which the C library sends them.</summary>
/// <param name="path">The socket.</param>
/// <param name="facility">The facility, by which the system log sorts.</param>
/// <param name="name">The program's name.</param>
internal sealed class SyslogTarget(string path, SyslogFacility facility, string name) : ILogTarget
{
    // What rsyslog and the journal take whole, unless they are told otherwise.
    private const int MaximumPacket = 8000;

    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(1);

    private Socket? _socket;
    private bool _isAway;

    public bool TryWrite(LogLine line)
    {
        var packet = Packet(line);
        // Twice: a system log that was started anew has a new socket.
        if (TrySend(packet, out _) || TrySend(packet, out var reason))
        {
            _isAway = false;
            return true;
        }
        if (!_isAway)
            Console.Error.WriteLine($"filterhost: warning: the system log does not take lines at {path}: {reason}; they wait for it");
        _isAway = true;
        return false;
    }

    public void Dispose() => _socket?.Dispose();

    /// <summary>
    /// RFC 3164 §4.1, without the host's name, which is added by who receives it: priority, time, tag and process id, text.
    /// </summary>
    internal byte[] Packet(LogLine line)
    {
        // RFC 3164 §4.1.2: "If the day of the month is less than 10, then it MUST be represented as a space and then the number."
        var text = string.Create(CultureInfo.InvariantCulture, $"<{((int)facility * 8) + line.Severity}>{line.Time:MMM} {line.Time.Day,2} {line.Time:HH:mm:ss} {name}[{Environment.ProcessId}]: {line.Text}");
        var packet = Encoding.UTF8.GetBytes(text);
        if (packet.Length <= MaximumPacket)
            return packet;
        var end = MaximumPacket;
        // Not within a character.
        while ((packet[end] & 0xC0) == 0x80)
            end--;
        return packet[..end];
    }

    private bool TrySend(byte[] packet, out string reason)
    {
        try
        {
            _socket ??= Connect();
            _socket.Send(packet);
            reason = "";
            return true;
        }
        catch (SocketException exception)
        {
            _socket?.Dispose();
            _socket = null;
            reason = exception.Message;
            return false;
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = (int)SendTimeout.TotalMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
