using System.Text.Json;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A listener that only observes, behind OpenDKIM on a real Postfix.</summary>
public sealed class ObservingThroughPostfixTests(ObservingThroughPostfixTests.Setup setup) : IClassFixture<ObservingThroughPostfixTests.Setup>
{
    [Fact]
    public async Task Mail_that_OpenDKIM_signs_is_delivered_as_it_signs_it_and_the_log_says_what_we_would_have_done()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, more: "Authentication-Results: mx.example.net; dkim=pass\r\n")), StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        // OpenDKIM's signature alone, and the forged field, which it leaves.
        var signature = Assert.Single(delivery.Fields("DKIM-Signature"));
        Assert.Contains("s=rsa", signature, StringComparison.Ordinal);
        Assert.Equal(["mx.example.net; dkim=pass"], delivery.Fields("Authentication-Results"));
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        var line = await setup.ObservedAsync(marker);
        Assert.Equal(("accept", "internal"), (line.GetProperty("verdict").GetString(), line.GetProperty("origin").GetString()));
        Assert.Contains($": {line.GetProperty("queue_id").GetString()}: message-id=<{marker}@example.com>", setup.Postfix.Log(), StringComparison.Ordinal);
        Assert.Equal(["insert_field DKIM-Signature", "insert_field DKIM-Signature", "remove_field Authentication-Results"], EditsOf(line));
        Assert.Equal(
            ["signed d=example.com s=rsa a=rsa-sha256: verifies", "signed d=example.com s=ed a=ed25519-sha256: no key in DNS"],
            line.GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("text").GetString()).Where(text => text!.StartsWith("signed", StringComparison.Ordinal)));
        Assert.StartsWith("v=1; a=rsa-sha256;", Assert.Single(line.GetProperty("dkim_signatures").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(["mx.example.net; dkim=pass"], line.GetProperty("authentication_results").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public async Task With_the_observer_away_mail_goes_on()
    {
        await using var postfix = await PostfixInstance.StartAsync($"{{ unix:{setup.Folder}/away, default_action=accept }}", setup.Sink.Port);
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker)), StringComparison.Ordinal);
        await setup.Sink.ReceiveAsync(marker, postfix.Log);
    }

    private static string[] EditsOf(JsonElement line) =>
        [.. line.GetProperty("edits").EnumerateArray().Select(edit => $"{edit.GetProperty("edit").GetString()} {edit.GetProperty("name").GetString()}")];

    /// <summary>OpenDKIM signs, the host looks on.</summary>
    public sealed class Setup : MailSetup
    {
        private OpenDkimProcess _opendkim = null!;

        protected override string PostfixSocket => $"unix:{_opendkim.Socket}, {{ unix:{Folder}/s, default_action=accept }}";

        protected override string MoreListeners => "observe = true";

        /// <summary>The line of a message.</summary>
        internal async Task<JsonElement> ObservedAsync(string marker)
        {
            string? line = null;
            await Machine.UntilAsync(() => (line = Host.Log().Split('\n').FirstOrDefault(text => text.Contains(": observed {", StringComparison.Ordinal) && text.Contains(marker, StringComparison.Ordinal))) is not null, Host.Log);
            return JsonDocument.Parse(line![line!.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        }

        // Mail from this host with a field of ours is else taken for mail that comes back.
        protected override string HostSettings => "reentry = []";

        protected override async ValueTask PrepareAsync()
        {
            // One key is in DNS, the other is not yet.
            await File.WriteAllTextAsync(Path.Combine(Folder, "zone"), $"rsa._domainkey.example.com. IN TXT \"{Records["rsa._domainkey.example.com"]}\"\n");
            _opendkim = await OpenDkimProcess.StartSignerAsync("example.com", "rsa", RsaKey, "rsa-sha256");
        }

        protected override ValueTask CleanUpAsync() => _opendkim.DisposeAsync();
    }
}
