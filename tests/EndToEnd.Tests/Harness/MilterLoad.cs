using System.Diagnostics;
using System.Text;
using FilterHost.Milter;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>Sends messages to one socket as a busy MTA does: connections that last for as long as the filter keeps them, one message after the other on each.</summary>
internal static class MilterLoad
{
    /// <summary>The answer to a message that passed without an edit.</summary>
    public const string Passed = "passed";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Sends until each connection has sent so many messages, and for as long as it is said to go on.</summary>
    /// <param name="socket">The file of the socket.</param>
    /// <param name="connections">How many connections at a time.</param>
    /// <param name="messages">How many messages on each.</param>
    /// <param name="staysOpen">False where the filter closes a connection behind a refusal.</param>
    /// <param name="goesOn">Asked after each further message.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<LoadReport> RunAsync(string socket, int connections, int messages, bool staysOpen, Func<bool> goesOn, CancellationToken cancel)
    {
        Assert.True(MilterAddress.TryParse($"unix:{socket}", out var address, out _));
        var report = new LoadReport();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => SendAsync(address, messages, staysOpen, goesOn, report, cancel), cancel)));
        return report;
    }

    private static async Task SendAsync(MilterAddress address, int messages, bool staysOpen, Func<bool> goesOn, LoadReport report, CancellationToken cancel)
    {
        MilterClient? client = null;
        for (var i = 0; i < messages || goesOn(); i++)
        {
            var start = Stopwatch.GetTimestamp();
            var isGreeted = client is not null;
            client ??= await MilterClient.OpenAsync(address, null, cancel);
            var refusal = isGreeted ? null : await GreetAsync(client, cancel);
            isGreeted = refusal is null;
            var answer = refusal ?? await AnswerAsync(client, cancel);
            report.Add(answer, Stopwatch.GetElapsedTime(start));
            // Where the connection is kept, the message is reset, as by an MTA.
            if (!isGreeted || !(staysOpen || answer.StartsWith(Passed, StringComparison.Ordinal)))
            {
                await client.DisposeAsync();
                client = null;
            }
            else
                await client.AbortAsync(cancel);
            await Task.Delay(Pause, cancel);
        }
        if (client is not null)
            await client.DisposeAsync();
    }

    // The reply that ends the message, or the names of the fields that it got.
    private static async Task<string> AnswerAsync(MilterClient client, CancellationToken cancel)
    {
        await foreach (var response in MessageAsync(client, cancel))
        {
            if (AnswerOf(response) is { } answer)
                return answer;
        }
        throw new InvalidOperationException("the message has no end");
    }

    private static async Task<string?> GreetAsync(MilterClient client, CancellationToken cancel)
    {
        await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, (MilterSteps)0x1FFFFF), cancel);
        return AnswerOf(await client.ConnectAsync("localhost", '4', 25, "127.0.0.1", cancel)) ?? AnswerOf(await client.HeloAsync("client", cancel));
    }

    private static async IAsyncEnumerable<MilterResponse> MessageAsync(MilterClient client, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        yield return await client.MailAsync("<a@example.com>", [], cancel);
        yield return await client.RecipientAsync("<b@example.net>", [], cancel);
        yield return await client.DataAsync(cancel);
        yield return await client.HeaderAsync("From"u8.ToArray(), " a@example.com"u8.ToArray(), cancel);
        yield return await client.EndOfHeadersAsync(cancel);
        yield return await client.BodyAsync("Hello,\r\n"u8.ToArray(), cancel);
        var end = await client.EndOfMessageAsync(default, cancel);
        yield return AnswerOf(end) is null ? end with { Kind = MilterReplyKind.Accept } : end;
    }

    private static string? AnswerOf(MilterResponse response) => response.Kind switch
    {
        MilterReplyKind.Continue or MilterReplyKind.Skip => null,
        MilterReplyKind.Accept => string.Join(' ', response.Edits.OfType<MilterEdit.AddHeader>().Select(edit => Encoding.ASCII.GetString(edit.Name.Span)).Prepend(Passed)),
        _ => Encoding.ASCII.GetString(response.Text.Span),
    };
}
