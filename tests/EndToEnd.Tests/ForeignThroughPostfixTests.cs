using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Milters of others as members of a pipeline behind a real Postfix, beside the same milters as Postfix's own chain.</summary>
public sealed partial class ForeignThroughPostfixTests(ForeignThroughPostfixTests.Setup setup) : IClassFixture<ForeignThroughPostfixTests.Setup>
{
    private const string Outside = "203.0.113.9";

    [Theory]
    [InlineData(true, "dkim=pass", "dmarc=pass")]
    [InlineData(false, "dkim=fail", "dmarc=fail")]
    public async Task Our_DKIM_followed_by_OpenDMARC_judges_as_in_a_chain_of_Postfix(bool isWhole, string dkim, string dmarc)
    {
        await using var fused = await PostfixInstance.StartAsync(setup.ListenerOf("dmarc"), setup.Sink.Port);
        await using var chain = await PostfixInstance.StartAsync($"{setup.ListenerOf("ours")}, unix:{setup.OpenDmarc.Socket}", setup.Sink.Port);
        var inFused = await SendSignedAsync(fused, isWhole);
        var inChain = await SendSignedAsync(chain, isWhole);
        var results = Assert.Single(inFused.Fields("Authentication-Results"));
        Assert.StartsWith("mx.example.net; dkim=", results, StringComparison.Ordinal);
        Assert.Equal([dkim, dmarc], Verdicts(inFused));
        Assert.Equal(Verdicts(inChain), Verdicts(inFused));
        Assert.Equal(WithoutResults(inChain), WithoutResults(inFused));
    }

    [Theory]
    [InlineData(true, "dkim=pass", "dmarc=pass")]
    [InlineData(false, "dkim=fail", "dmarc=fail")]
    public async Task OpenDKIM_followed_by_OpenDMARC_is_one_field_of_ours_and_judges_as_in_a_chain_of_Postfix(bool isWhole, string dkim, string dmarc)
    {
        await using var fused = await PostfixInstance.StartAsync(setup.ListenerOf("foreign"), setup.Sink.Port);
        await using var chain = await PostfixInstance.StartAsync($"unix:{setup.Verifier.Socket}, unix:{setup.OpenDmarc.Socket}", setup.Sink.Port);
        var inFused = await SendSignedAsync(fused, isWhole);
        var inChain = await SendSignedAsync(chain, isWhole);
        Assert.StartsWith("mx.example.net; dkim=", Assert.Single(inFused.Fields("Authentication-Results")), StringComparison.Ordinal);
        Assert.Equal([dkim, dmarc], Verdicts(inFused));
        Assert.Equal(Verdicts(inChain), Verdicts(inFused));
        Assert.Equal(WithoutResults(inChain), WithoutResults(inFused));
    }

    [Theory]
    [InlineData(true, "dkim=pass", "dmarc=pass")]
    [InlineData(false, "dkim=fail", "dmarc=fail")]
    public async Task OpenDKIM_followed_by_our_DMARC_judges_in_a_pipeline_as_in_a_chain_of_Postfix(bool isWhole, string dkim, string dmarc)
    {
        await using var fused = await PostfixInstance.StartAsync(setup.ListenerOf("judged"), setup.Sink.Port);
        await using var chain = await PostfixInstance.StartAsync($"unix:{setup.Named.Socket}, {setup.ListenerOf("trusting")}", setup.Sink.Port);
        var inFused = await SendSignedAsync(fused, isWhole);
        var inChain = await SendSignedAsync(chain, isWhole);
        Assert.StartsWith("mx.example.net; ", Assert.Single(inFused.Fields("Authentication-Results")), StringComparison.Ordinal);
        Assert.Equal([dkim, dmarc], Verdicts(inFused));
        Assert.Equal(Verdicts(inChain), Verdicts(inFused));
        Assert.Equal(WithoutResults(inChain), WithoutResults(inFused));
    }

    [Fact]
    public async Task OpenDKIM_signs_as_a_member_as_it_does_alone()
    {
        await using var fused = await PostfixInstance.StartAsync(setup.ListenerOf("signer"), setup.Sink.Port);
        await using var chain = await PostfixInstance.StartAsync($"unix:{setup.Signer.Socket}", setup.Sink.Port);
        var inFused = await SendAsync(fused);
        var inChain = await SendAsync(chain);
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(inFused.Message, setup.Records));
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(inChain.Message, setup.Records));
        Assert.Equal(Signature().Replace(Same(inChain), ""), Signature().Replace(Same(inFused), ""));
    }

    [Fact]
    public async Task A_filter_on_libmilter_does_as_a_member_what_it_does_alone()
    {
        await using var milter = await NoopMilterProcess.StartAsync();
        var socket = Path.Combine(setup.Folder, "noop");
        await using var host = await FilterHostProcess.StartAsync(Directory.CreateDirectory(Path.Combine(setup.Folder, "second")).FullName, $"""
            [filter.noop]
            plugin = "Milter"
            socket = "unix:{milter.Socket}"
            [[listener]]
            socket = "unix:{socket}"
            mode = "0666"
            filters = ["noop"]

            """);
        await using var fused = await PostfixInstance.StartAsync($"unix:{socket}", setup.Sink.Port);
        await using var chain = await PostfixInstance.StartAsync($"unix:{milter.Socket}", setup.Sink.Port);
        var inFused = Same(await SendAsync(fused));
        Assert.Contains("X-Noop:1\r\n", inFused, StringComparison.Ordinal);
        Assert.Equal(Same(await SendAsync(chain)), inFused);
    }

    [Fact]
    public async Task A_milter_that_goes_away_defers_mail_and_is_found_again_when_it_is_back()
    {
        var milter = await NoopMilterProcess.StartAsync();
        var (socket, link) = (Path.Combine(setup.Folder, "away"), Path.Combine(setup.Folder, "link"));
        File.CreateSymbolicLink(link, milter.Socket);
        await using var host = await FilterHostProcess.StartAsync(Directory.CreateDirectory(Path.Combine(setup.Folder, "third")).FullName, $"""
            [filter.noop]
            plugin = "Milter"
            socket = "unix:{link}"
            [[listener]]
            socket = "unix:{socket}"
            mode = "0666"
            filters = ["noop"]

            """);
        await using var postfix = await PostfixInstance.StartAsync($"unix:{socket}", setup.Sink.Port);
        await using var client = await SmtpClient.ConnectAsync(postfix.Port);
        await client.SayAsync("EHLO client.example.org");
        Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(MailSetup.Marker())), StringComparison.Ordinal);
        await milter.DisposeAsync();
        Assert.StartsWith("451 4.3.0 filter noop failed", await client.SendMessageAsync(MailSetup.Message(MailSetup.Marker())), StringComparison.Ordinal);
        await client.SayAsync("RSET");
        await using var back = await NoopMilterProcess.StartAsync();
        File.Delete(link);
        File.CreateSymbolicLink(link, back.Socket);
        Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(MailSetup.Marker())), StringComparison.Ordinal);
    }

    private async Task<SmtpSink.Delivery> SendSignedAsync(PostfixInstance postfix, bool isWhole)
    {
        var marker = MailSetup.Marker();
        var signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", "rsa", setup.RsaKey);
        await SmtpClient.SendAsync(postfix.Port, isWhole ? signed : signed.Replace("Hello", "Hallo", StringComparison.Ordinal), Outside);
        return await setup.Sink.ReceiveAsync(marker, () => setup.Host.Log() + postfix.Log());
    }

    private async Task<SmtpSink.Delivery> SendAsync(PostfixInstance postfix)
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker));
        return await setup.Sink.ReceiveAsync(marker, () => setup.Host.Log() + postfix.Log());
    }

    // Method and result, of all fields together: a chain has one from each milter.
    private static string[] Verdicts(SmtpSink.Delivery delivery) =>
        [.. delivery.Fields("Authentication-Results").SelectMany(field => Verdict().Matches(field).Select(match => match.Groups[1].Value)).Where(verdict => !verdict.StartsWith("spf", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    // What differs from message to message: the marker, and what Postfix adds.
    private static string Same(SmtpSink.Delivery delivery) => OfThisMessage().Replace(delivery.Text, "");

    private static string WithoutResults(SmtpSink.Delivery delivery) => ResultsFields().Replace(Signature().Replace(Same(delivery), ""), "");

    [GeneratedRegex(@";\s+(\w+=\w+)")]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^Received:.*\r\n([ \t].*\r\n)*|m[0-9a-f]{32}", RegexOptions.Multiline)]
    private static partial Regex OfThisMessage();

    // DKIM-Signature has a time and a value of its own.
    [GeneratedRegex(@"\bt=\d+|\bb=[^;\r\n]*(\r\n[ \t][^;\r\n]*)*|\bbh=[^;]*")]
    private static partial Regex Signature();

    [GeneratedRegex(@"^(Authentication-Results|DMARC-Filter|DKIM-Filter):.*\r\n([ \t].*\r\n)*", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex ResultsFields();

    /// <summary>Milters of others, and a host with a listener for each chain.</summary>
    public sealed class Setup : MailSetup
    {
        internal OpenDkimProcess Verifier { get; private set; } = null!;

        /// <summary>A verifier with a name of its own, that our listener behind it trusts.</summary>
        internal OpenDkimProcess Named { get; private set; } = null!;

        internal OpenDkimProcess Signer { get; private set; } = null!;

        internal OpenDmarcProcess OpenDmarc { get; private set; } = null!;

        internal NameServer Names { get; private set; } = null!;

        internal string ListenerOf(string name) => $"unix:{Folder}/{name}";

        protected override (string Filters, string Tables) Filters => ("\"verify\"", $"""
            [filter.opendkim]
            plugin = "Milter"
            socket = "unix:{Verifier.Socket}"
            publishes = ["dkim"]
            edits_body = false
            [filter.opendmarc]
            plugin = "Milter"
            socket = "unix:{OpenDmarc.Socket}"
            needs = ["dkim"]
            publishes = ["dmarc"]
            [filter.signer]
            plugin = "Milter"
            socket = "unix:{Signer.Socket}"
            [filter.judge]
            plugin = "Dmarc"
            [filter.spf]
            plugin = "Spf"
            {Listener("ours", "verify")}
            {Listener("judged", "spf", "opendkim", "judge")}
            {Listener("trusting", "spf", "judge")}
            trust_results_from = ["dkim.mx.example.net"]
            {Listener("dmarc", "verify", "opendmarc")}
            {Listener("foreign", "opendkim", "opendmarc")}
            {Listener("signer", "signer")}
            """);

        protected override async ValueTask PrepareAsync()
        {
            Machine.Require("/usr/sbin/opendmarc", "/usr/sbin/nsd", "/usr/share/publicsuffix/public_suffix_list.dat");
            const string policies = "_dmarc.example.com. IN TXT \"v=DMARC1; p=none\"\nexample.com. IN TXT \"v=spf1 -all\"\n";
            await File.AppendAllTextAsync(Path.Combine(Folder, "zone"), policies);
            Names = await NameServer.StartAsync(policies + string.Concat(Records.Select(record => $"{record.Key}. TXT {InStrings(record.Value)}\n")));
            Verifier = await OpenDkimProcess.StartVerifierAsync(Names, "mx.example.net");
            Named = await OpenDkimProcess.StartVerifierAsync(Names, "dkim.mx.example.net");
            Signer = await OpenDkimProcess.StartSignerAsync("example.com", "rsa", RsaKey, "rsa-sha256");
            OpenDmarc = await OpenDmarcProcess.StartAsync(Names, "AuthservID mx.example.net");
        }

        protected override async ValueTask CleanUpAsync()
        {
            foreach (var milter in new IAsyncDisposable?[] { Verifier, Named, Signer, OpenDmarc, Names })
            {
                if (milter is not null)
                    await milter.DisposeAsync();
            }
        }

        // A character-string has at most 255 octets (RFC 1035 §3.3).
        private static string InStrings(string text) => string.Join(' ', text.Chunk(200).Select(part => $"\"{new string(part)}\""));

        private string Listener(string name, params string[] filters) => $"""
            [[listener]]
            socket = "{ListenerOf(name)}"
            mode = "0666"
            filters = ["{string.Join("\", \"", filters)}"]
            """;
    }
}
