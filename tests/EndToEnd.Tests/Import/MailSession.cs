using System.Text;
using FilterHost.Milter;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>Hands a message to a milter as Postfix does.</summary>
internal static class MailSession
{
    private const MilterActions Actions = (MilterActions)0x1FF;
    private const MilterSteps Steps = (MilterSteps)0x1FFFFF;

    public static async Task<Answer> SendAsync(string socket, Mail mail)
    {
        var cancel = TestContext.Current.CancellationToken;
        if (!MilterAddress.TryParse($"unix:{socket}", out var address, out var problem))
            throw new ArgumentException(problem);
        await using var client = await MilterClient.OpenAsync(address, null, cancel);
        await client.NegotiateAsync(new MilterOffer(6, Actions, Steps), cancel);
        client.SetMacros(MilterCommand.Connect, [new("j", "mx.test"), .. mail.ConnectMacros.Select(macro => KeyValuePair.Create(macro.Name, macro.Value))]);
        var isVersion6 = mail.ClientAddress.Contains(':', StringComparison.Ordinal);
        foreach (var step in StepsOf(client, mail, isVersion6, cancel))
        {
            var response = await step();
            if (response.Kind is not MilterReplyKind.Continue and not MilterReplyKind.Skip)
                return Answer.Of(response);
        }
        return Answer.Of(await client.EndOfMessageAsync(default, cancel));
    }

    private static IEnumerable<Func<Task<MilterResponse>>> StepsOf(MilterClient client, Mail mail, bool isVersion6, CancellationToken cancel)
    {
        yield return () => client.ConnectAsync(mail.ClientName, isVersion6 ? '6' : '4', 4711, isVersion6 ? $"IPv6:{mail.ClientAddress}" : mail.ClientAddress, cancel);
        yield return () => client.HeloAsync(mail.Helo, cancel);
        yield return () =>
        {
            client.SetMacros(MilterCommand.Mail, [new("i", "QUEUEID"), .. mail.MailMacros.Select(macro => KeyValuePair.Create(macro.Name, macro.Value))]);
            return client.MailAsync(mail.From, [], cancel);
        };
        yield return () => client.RecipientAsync(mail.Recipient, [], cancel);
        yield return () => client.DataAsync(cancel);
        var text = mail.Text.ReplaceLineEndings("\r\n");
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        foreach (var field in text[..end].Replace("\r\n ", "\n ", StringComparison.Ordinal).Replace("\r\n\t", "\n\t", StringComparison.Ordinal).Split("\r\n"))
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            yield return () => client.HeaderAsync(Encoding.Latin1.GetBytes(field[..colon]), Encoding.Latin1.GetBytes(field[(colon + 1)..].Replace("\n", "\r\n", StringComparison.Ordinal)), cancel);
        }
        yield return () => client.EndOfHeadersAsync(cancel);
        yield return () => client.BodyAsync(Encoding.Latin1.GetBytes(text[(end + 4)..]), cancel);
    }
}
