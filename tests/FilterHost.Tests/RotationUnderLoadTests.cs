using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Milter;

namespace FilterHost.Tests;

public sealed partial class RotationUnderLoadTests
{
    [Fact]
    public async Task A_host_that_runs_takes_to_the_new_key_and_signs_every_message_meanwhile()
    {
        using var place = await KeysRotateTests.WithKeysAsync();
        await using var host = await place.ListenAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var signed = new ConcurrentQueue<string>();
        // Two that send one message after the other, and one whose message takes all the time: it found the old keys.
        var senders = Enumerable.Range(0, 2).Select(_ => Task.Run(() => SendAsync(place, signed, end.Token), end.Token)).ToArray();
        await using var slow = await BeginAsync(place, end.Token);
        await UntilAsync(() => signed.Contains("old old-ed25519"));
        (await KeysRotateTests.StepAsync(place, 0, "made", "-s", "new")).ForEach(record => KeysRotateTests.Publish(place, record));
        var made = signed.Count;
        await UntilAsync(() => signed.Count > made + 20);
        Assert.All(signed, selectors => Assert.Equal("old old-ed25519", selectors));
        await KeysRotateTests.StepAsync(place, 0, "activated");
        await UntilAsync(() => signed.Contains("new new-ed25519"));
        var (switched, atSwitch) = (signed.Count, signed.ToArray());
        await UntilAsync(() => signed.Count > switched + 20);
        await end.CancelAsync();
        await Task.WhenAll(senders).ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.All(signed, selectors => Assert.Matches("^(old|new) (old|new)-ed25519$", selectors));
        Assert.Equal("new new-ed25519", signed.Last());
        Assert.NotEmpty(atSwitch);
        Assert.Equal("old old-ed25519", SelectorsOf(await slow.EndOfMessageAsync(default, TestContext.Current.CancellationToken)));
    }

    private static async Task SendAsync(Workplace place, ConcurrentQueue<string> signed, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await using var client = await BeginAsync(place, cancel);
            signed.Enqueue(SelectorsOf(await client.EndOfMessageAsync(default, cancel)));
        }
    }

    // Up to the end of its header section, where the signer asks for the keys.
    private static async Task<MilterClient> BeginAsync(Workplace place, CancellationToken cancel)
    {
        Assert.True(MilterAddress.TryParse($"unix:{place.Folder}/s", out var address, out _));
        var client = await MilterClient.OpenAsync(address, null, cancel);
        // No step and no reply is left out, so that the header section is judged before we go on.
        await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, MilterSteps.None), cancel);
        await client.ConnectAsync("client", '4', 25, "127.0.0.1", cancel);
        await client.HeloAsync("client", cancel);
        await client.MailAsync("<a@example.com>", [], cancel);
        await client.RecipientAsync("<b@example.net>", [], cancel);
        await client.HeaderAsync("From"u8.ToArray(), "a@example.com"u8.ToArray(), cancel);
        await client.EndOfHeadersAsync(cancel);
        await client.BodyAsync("body\r\n"u8.ToArray(), cancel);
        return client;
    }

    // The selectors of the signatures from the top; the reply where the message is not accepted.
    private static string SelectorsOf(MilterResponse response) => response.Kind is MilterReplyKind.Continue or MilterReplyKind.Accept
        ? string.Join(' ', response.Edits.OfType<MilterEdit.InsertHeader>().Select(edit => Selector().Match(Encoding.ASCII.GetString(edit.Value.Span)).Groups[1].Value).Reverse())
        : response.Kind.ToString();

    private static async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Workplace.Patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"\bs=([a-z0-9-]+);")]
    private static partial Regex Selector();
}
