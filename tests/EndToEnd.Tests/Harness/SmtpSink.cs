using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>The mail server that mail is delivered to: it keeps every message as it came.</summary>
internal sealed class SmtpSink : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<Delivery> _deliveries = new();

    public SmtpSink()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Waits for the message that holds a text, and takes it.</summary>
    public async Task<Delivery> ReceiveAsync(string marker, Func<string> log)
    {
        Delivery? found = null;
        await Machine.UntilAsync(() => (found = _deliveries.FirstOrDefault(delivery => delivery.Text.Contains(marker, StringComparison.Ordinal))) is not null,
            () => $"no message with {marker} was delivered\n{log()}");
        return found!;
    }

    public bool HasReceived(string marker) => _deliveries.Any(delivery => delivery.Text.Contains(marker, StringComparison.Ordinal));

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptAsync();
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var stream = new NetworkStream(client, ownsSocket: true);
        // Latin-1 keeps every octet.
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 sink");
        var from = "";
        var recipients = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await writer.WriteAsync("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 0\r\n");
                    break;
                case "MAIL":
                    (from, recipients) = (line[5..], []);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT":
                    recipients.Add(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    _deliveries.Enqueue(new Delivery(from, recipients, await ReadDataAsync(reader)));
                    await writer.WriteLineAsync("250 kept");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private static async Task<byte[]> ReadDataAsync(StreamReader reader)
    {
        var message = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return Encoding.Latin1.GetBytes(message.ToString());
    }

    /// <summary>One delivered message.</summary>
    internal sealed record Delivery(string From, IReadOnlyList<string> Recipients, byte[] Message)
    {
        public string Text => Encoding.UTF8.GetString(Message);

        /// <summary>The values of a header field, unfolded.</summary>
        public IReadOnlyList<string> Fields(string name)
        {
            var header = Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n\t", " ", StringComparison.Ordinal).Replace("\r\n ", " ", StringComparison.Ordinal);
            return [.. header.Split("\r\n").Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim())];
        }
    }
}
