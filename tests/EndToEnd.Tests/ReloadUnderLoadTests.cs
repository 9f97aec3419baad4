using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Milter;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Reloads while mail goes through: nothing is lost, unsigned, signed twice or refused, and nothing is left behind.</summary>
public sealed class ReloadUnderLoadTests(ReloadSetup setup) : IClassFixture<ReloadSetup>
{
    private const int Reloads = 200;
    private const int Connections = 50;
    private const int IdleConnections = 10;

    // With FILTERHOST_LONG=1 the load is all that the machine bears.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(Environment.GetEnvironmentVariable("FILTERHOST_LONG") == "1" ? 0 : 100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_reloads_under_load_cost_no_message_and_no_connection()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var idle = new List<MilterClient>();
        for (var i = 0; i < IdleConnections; i++)
            idle.Add(await OpenAsync());
        var answers = new ConcurrentQueue<string>();
        var markers = new ConcurrentQueue<string>();
        var load = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => SendAsync(answers, end.Token), Cancel))
            .Concat(Enumerable.Range(0, 3).Select(_ => Task.Run(() => SubmitAsync(markers, end.Token), Cancel))).ToArray();
        int? memory = null;
        for (var i = 1; i <= Reloads; i++)
        {
            // Every tenth time the signer is another program, too.
            if (i % 10 == 0)
                await File.WriteAllTextAsync(Path.Combine(setup.PluginFolder, "DkimSign", "version.txt"), i.ToString(CultureInfo.InvariantCulture), Cancel);
            var (isApplied, changes, problems) = await setup.ReloadAsync(setup.Settings.Replace("relaxed/simple", i % 2 == 0 ? "relaxed/simple" : "simple/relaxed", StringComparison.Ordinal));
            Assert.True(isApplied, string.Join('\n', problems));
            Assert.StartsWith(i % 10 == 0 ? "filter.sign: renewed, its plugin's files changed" : "filter.sign: renewed, canonicalization changed", Assert.Single(changes), StringComparison.Ordinal);
            if (i == Reloads / 4)
                memory = setup.Memory();
        }
        await end.CancelAsync();
        await Task.WhenAll(load).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        TestContext.Current.SendDiagnosticMessage($"{Reloads} reloads, {answers.Count} messages by milter, {markers.Count} through Postfix, {memory} MB after {Reloads / 4}, {setup.Memory()} MB at the end");
        Assert.All(answers, answer => Assert.Equal("Continue rsa,ed", answer));
        Assert.True(answers.Count > Connections && !markers.IsEmpty);
        foreach (var client in idle)
        {
            Assert.Equal("Continue rsa,ed", await MessageAsync(client, Cancel));
            await client.DisposeAsync();
        }
        foreach (var marker in markers)
            Assert.Equal(2, (await setup.ReceiveAsync(marker)).Fields("DKIM-Signature").Count);
        // One copy of each plugin, once the old ones are out of use; a full collection comes with the watch over them.
        await Machine.UntilAsync(() => setup.LoadedCopies() == 4, () => $"{setup.LoadedCopies()} copies of plugins are loaded\n{setup.Host.Log()}");
        Assert.DoesNotContain("still in memory", setup.Host.Log(), StringComparison.Ordinal);
        Assert.True(setup.Memory() < (memory * 3 / 2) + 50, $"{memory} MB after {Reloads / 4} reloads, {setup.Memory()} MB after {Reloads}");
    }

    [Fact]
    public async Task A_worker_is_renewed_at_a_reload_and_the_old_process_ends()
    {
        await using var before = await OpenAsync();
        Assert.Equal("Continue rsa,ed", await MessageAsync(before, Cancel));
        var isolated = setup.Settings.Replace("plugin = \"DkimSign\"", "plugin = \"DkimSign\"\nisolation = \"process\"", StringComparison.Ordinal);
        await StepAsync(isolated, "its worker is a new one", workers: 1);
        await using var inWorker = await OpenAsync();
        Assert.Equal("Continue rsa,ed", await MessageAsync(inWorker, Cancel));
        foreach (var _ in new int[2])
        {
            await StepAsync(isolated, "its worker is a new one");
            Assert.Equal("Continue rsa,ed", await MessageAsync(inWorker, Cancel));
            await EndedAsync(workers: 1);
        }
        await StepAsync(setup.Settings, "it is in a worker no more");
        Assert.Equal("Continue rsa,ed", await MessageAsync(inWorker, Cancel));
        Assert.Equal("Continue rsa,ed", await MessageAsync(before, Cancel));
        await EndedAsync(workers: 0);

        async Task StepAsync(string settings, string change, int? workers = null)
        {
            var (isApplied, changes, problems) = await setup.ReloadAsync(settings);
            Assert.True(isApplied, string.Join('\n', problems));
            Assert.Equal($"filter.sign: renewed, {change}", Assert.Single(changes));
            if (workers is { } count)
                await EndedAsync(count);
        }

        Task EndedAsync(int workers) => Machine.UntilAsync(() => setup.Workers() == workers, () => $"{setup.Workers()} workers\n{setup.Host.Log()}");
    }

    // One connection with a message after the other, as a busy smtpd keeps it.
    private async Task SendAsync(ConcurrentQueue<string> answers, CancellationToken end)
    {
        await using var client = await OpenAsync();
        while (!end.IsCancellationRequested)
        {
            answers.Enqueue(await MessageAsync(client, Cancel));
            await Task.Delay(Pause, Cancel);
        }
    }

    private async Task SubmitAsync(ConcurrentQueue<string> markers, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var marker = MailSetup.Marker();
            Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker)), StringComparison.Ordinal);
            markers.Enqueue(marker);
        }
    }

    private async Task<MilterClient> OpenAsync()
    {
        Assert.True(MilterAddress.TryParse($"unix:{setup.Folder}/s", out var address, out _));
        var client = await MilterClient.OpenAsync(address, null, Cancel);
        await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, (MilterSteps)0x1FFFFF), Cancel);
        await client.ConnectAsync("localhost", '4', 25, "127.0.0.1", Cancel);
        await client.HeloAsync("client", Cancel);
        return client;
    }

    // The answer, and the selectors of the signatures.
    private static async Task<string> MessageAsync(MilterClient client, CancellationToken cancel)
    {
        await client.MailAsync("<a@example.com>", [], cancel);
        await client.RecipientAsync("<b@example.net>", [], cancel);
        await client.DataAsync(cancel);
        await client.HeaderAsync("From"u8.ToArray(), " a@example.com"u8.ToArray(), cancel);
        await client.HeaderAsync("Subject"u8.ToArray(), " reloads"u8.ToArray(), cancel);
        await client.EndOfHeadersAsync(cancel);
        await client.BodyAsync("Hello,\r\n"u8.ToArray(), cancel);
        var response = await client.EndOfMessageAsync(default, cancel);
        var signatures = response.Edits.OfType<MilterEdit.InsertHeader>().Where(edit => Encoding.ASCII.GetString(edit.Name.Span) == "DKIM-Signature").Select(edit => Encoding.ASCII.GetString(edit.Value.Span));
        return $"{response.Kind} {string.Join(',', signatures.Select(signature => signature.Contains("s=rsa;", StringComparison.Ordinal) ? "rsa" : "ed").Reverse())}";
    }
}
