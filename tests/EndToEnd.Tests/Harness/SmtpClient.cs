using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>A client that says exactly what a test wants to say.</summary>
internal sealed class SmtpClient : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private SmtpClient(NetworkStream stream) => (_stream, _reader) = (stream, new StreamReader(stream, Encoding.Latin1));

    /// <summary>Connects and reads the greeting.</summary>
    /// <param name="port">Where the MTA listens.</param>
    /// <param name="local">The address to come from, one of 127.0.0.0/8.</param>
    public static async Task<SmtpClient> ConnectAsync(int port, string local = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(local), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var client = new SmtpClient(new NetworkStream(socket, ownsSocket: true));
        await client.ReplyAsync();
        return client;
    }

    /// <summary>Sends a message and gives the last reply.</summary>
    /// <param name="port">Where Postfix listens.</param>
    /// <param name="message">The message, lines ended by CRLF.</param>
    /// <param name="outside">The address of an outside client, by XCLIENT; null for this host.</param>
    /// <param name="mail">The argument of MAIL.</param>
    /// <param name="recipient">The argument of RCPT.</param>
    public static async Task<string> SendAsync(
        int port, string message, string? outside = null, string mail = "FROM:<a@example.com>", string recipient = "TO:<b@example.net>")
    {
        await using var client = await ConnectAsync(port);
        await client.SayAsync("EHLO client.example.org");
        if (outside is not null)
        {
            Assert.StartsWith("220", await client.SayAsync($"XCLIENT ADDR={outside} NAME=client.example.org"), StringComparison.Ordinal);
            await client.SayAsync("EHLO client.example.org");
        }
        return await client.SendMessageAsync(message, mail, recipient);
    }

    /// <summary>Sends a message in this session and gives the last reply.</summary>
    public async Task<string> SendMessageAsync(string message, string mail = "FROM:<a@example.com>", string recipient = "TO:<b@example.net>")
    {
        foreach (var command in new[] { $"MAIL {mail}", $"RCPT {recipient}", "DATA" })
        {
            var reply = await SayAsync(command);
            if (reply[0] is '4' or '5')
                return reply;
        }
        // RFC 5321 §4.5.2: a line that begins with a dot gets another.
        return await SayAsync(message.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".");
    }

    public async Task<string> SayAsync(string line)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
        return await ReplyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task<string> ReplyAsync()
    {
        while (await _reader.ReadLineAsync().WaitAsync(Machine.Patience) is { } line)
        {
            if (line.Length < 4 || line[3] != '-')
                return line;
        }
        return "closed";
    }
}
