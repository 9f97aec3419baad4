using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The same with Sendmail. It knows no XCLIENT: of loopback only 127.0.0.1 is internal here, 127.0.0.2 is outside.</summary>
public class SendmailSetup : MailSetup
{
    internal const string Outside = "127.0.0.2";

    internal SendmailInstance Sendmail { get; } = new();

    protected override string Mta => SendmailInstance.Program;

    protected override string HostSettings => "internal = [\"127.0.0.1\"]\nreentry = [\"127.0.0.1\"]";

    protected override string Socket => $"unix:{Sendmail.SocketFolder}/s";

    /// <summary>The milters, each as Sendmail writes its socket; the first is that of <see cref="Socket"/>.</summary>
    protected virtual IReadOnlyList<string> Milters => ["unix:/sockets/s"];

    internal async Task<SmtpClient> ConnectAsync(string local = "127.0.0.1", string? milter = null)
    {
        var client = await SmtpClient.ConnectAsync(Sendmail.Port(milter ?? Milters[0]), local);
        await client.SayAsync("EHLO client.example.org");
        return client;
    }

    /// <summary>Sends a message in a session of its own and gives the last reply.</summary>
    internal async Task<string> SendAsync(string message, string local = "127.0.0.1", string? milter = null, string mail = "FROM:<a@example.com>")
    {
        await using var client = await ConnectAsync(local, milter);
        return await client.SendMessageAsync(message, mail);
    }

    /// <summary>Sends a message that is to be accepted and gives it as it was delivered.</summary>
    internal async Task<SmtpSink.Delivery> PassAsync(string marker, string message, string local = "127.0.0.1", string? milter = null, string mail = "FROM:<a@example.com>")
    {
        var reply = await SendAsync(message, local, milter, mail);
        Assert.True(reply.StartsWith("250", StringComparison.Ordinal), $"{reply}\n{Host.Log()}{MtaLog()}");
        return await ReceiveAsync(marker);
    }

    protected override Task StartMtaAsync() => Sendmail.StartAsync(Milters, Sink.Port);

    protected override async Task StopMtaAsync() => await Sendmail.DisposeAsync();

    protected override string MtaLog() => Sendmail.Log();
}
