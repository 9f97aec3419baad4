using System.Text;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Milter;

namespace FilterHost.Plugins.Tests;

/// <summary>Sends messages to a running OpenDKIM as an MTA does.</summary>
internal static class OpenDkimMilter
{
    /// <summary>What it answers at the end of the message, or to the first command that it does not let pass.</summary>
    /// <param name="opendkim">The daemon.</param>
    /// <param name="message">The message, lines ended by CRLF.</param>
    /// <param name="client">The client's address; 127.0.0.1 is internal.</param>
    public static async Task<MilterResponse> SendAsync(OpenDkimProcess opendkim, byte[] message, string client = "127.0.0.1")
    {
        var cancel = TestContext.Current.CancellationToken;
        Assert.True(MilterAddress.TryParse($"unix:{opendkim.Socket}", out var address, out var problem), problem);
        await using var milter = await MilterClient.OpenAsync(address, null, cancel);
        await milter.NegotiateAsync(new MilterOffer(6, (MilterActions)0x1FF, (MilterSteps)0x1FFFFF), cancel);
        milter.SetMacros(MilterCommand.Connect, new("j", "mx.example.net"), new("{daemon_name}", "smtpd"));
        MilterResponse answer;
        if (!Passes(answer = await milter.ConnectAsync("client.example", '4', 25, client, cancel)) || !Passes(answer = await milter.HeloAsync("client.example", cancel)))
            return answer;
        milter.SetMacros(MilterCommand.Mail, new KeyValuePair<string, string>("i", "QUEUEID"));
        if (!Passes(answer = await milter.MailAsync("<a@example.com>", [], cancel)) || !Passes(answer = await milter.RecipientAsync("<b@example.org>", [], cancel)))
            return answer;
        var (fields, body) = Split(message);
        foreach (var (name, value) in fields)
        {
            if (!Passes(answer = await milter.HeaderAsync(name, value, cancel)))
                return answer;
        }
        if (!Passes(answer = await milter.EndOfHeadersAsync(cancel)) || !Passes(answer = await milter.BodyAsync(body, cancel)))
            return answer;
        return await milter.EndOfMessageAsync(default, cancel);
    }

    /// <summary>The bodies of the fields of a name that it inserts, top to bottom, folds as CRLF.</summary>
    public static IReadOnlyList<string> Inserted(MilterResponse answer, string name) =>
        [.. answer.Edits.OfType<MilterEdit.InsertHeader>().Where(edit => Encoding.ASCII.GetString(edit.Name.Span) == name)
            .Select(edit => Encoding.Latin1.GetString(edit.Value.Span).ReplaceLineEndings("\r\n")).Reverse()];

    private static bool Passes(MilterResponse answer) => answer.Kind is MilterReplyKind.Continue or MilterReplyKind.Skip;

    private static (List<(byte[] Name, byte[] Value)> Fields, byte[] Body) Split(byte[] message)
    {
        var end = message.AsSpan().IndexOf("\r\n\r\n"u8);
        var fields = new List<(byte[], byte[])>();
        for (var start = 0; start < end;)
        {
            var next = start;
            do
                next += message.AsSpan(next).IndexOf("\r\n"u8) + 2;
            while (next < end && message[next] is (byte)' ' or (byte)'\t');
            var colon = message.AsSpan(start).IndexOf((byte)':') + start;
            fields.Add((message[start..colon], message[(colon + 1)..(next - 2)]));
            start = next;
        }
        return (fields, message[(end + 4)..]);
    }
}
