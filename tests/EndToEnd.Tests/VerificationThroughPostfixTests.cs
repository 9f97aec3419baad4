using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail from outside, judged on its way through a real Postfix.</summary>
public sealed class VerificationThroughPostfixTests(VerificationThroughPostfixTests.Setup setup) : IClassFixture<VerificationThroughPostfixTests.Setup>
{
    private const string Outside = "203.0.113.9";

    [Theory]
    [InlineData("rsa", "rsa-sha256")]
    [InlineData("ed", "ed25519-sha256")]
    public async Task A_signature_of_dkimpy_passes(string selector, string algorithm)
    {
        var marker = MailSetup.Marker();
        var signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", selector, Path.Combine(setup.Folder, $"{selector}.pem"), algorithm);
        await SmtpClient.SendAsync(setup.Postfix.Port, signed, Outside);
        var results = Assert.Single((await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
        Assert.StartsWith($"mx.example.net; dkim=pass header.d=example.com header.i=@example.com header.a={algorithm} header.s={selector}", results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_this_host_is_signed_and_not_verified()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker));
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        Assert.Empty(delivery.Fields("Authentication-Results"));
    }

    [Fact]
    public async Task A_changed_body_fails_and_is_delivered()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, (await SignedAsync(marker)).Replace("Hello", "Hallo", StringComparison.Ordinal), Outside);
        var results = Assert.Single((await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
        Assert.StartsWith("mx.example.net; dkim=fail", results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_with_SHA_1_never_passes()
    {
        var marker = MailSetup.Marker();
        var signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", "rsa", setup.RsaKey, "rsa-sha1");
        await SmtpClient.SendAsync(setup.Postfix.Port, signed, Outside);
        var results = Assert.Single((await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
        Assert.StartsWith("mx.example.net; dkim=permerror reason=\"rsa-sha1 is obsolete\"", results, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "pass")]
    [InlineData("Buy this\r\n", "policy")]
    public async Task Text_beyond_the_signed_length_is_no_pass(string added, string word)
    {
        var marker = MailSetup.Marker();
        var signed = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", "rsa", setup.RsaKey, hasLength: true);
        Assert.Contains("l=", signed, StringComparison.Ordinal);
        await SmtpClient.SendAsync(setup.Postfix.Port, signed + added, Outside);
        var results = Assert.Single((await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
        Assert.StartsWith($"mx.example.net; dkim={word}", results, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa", "rsa-sha256")]
    [InlineData("ed", "ed25519-sha256")]
    public async Task A_signature_that_OpenDKIM_made_behind_another_Postfix_passes_until_the_body_is_changed(string selector, string algorithm)
    {
        await using var signer = await OpenDkimProcess.StartSignerAsync("example.com", selector, Path.Combine(setup.Folder, $"{selector}.pem"), algorithm);
        await using var sending = await PostfixInstance.StartAsync($"unix:{signer.Socket}", setup.Sink.Port);
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(sending.Port, MailSetup.Message(marker));
        var sent = (await setup.ReceiveAsync(marker)).Text;
        Assert.Contains($"a={algorithm}", sent, StringComparison.Ordinal);
        Assert.StartsWith($"mx.example.net; dkim=pass header.d=example.com header.i=@example.com header.a={algorithm} header.s={selector}", await ResultsOfAsync(marker, sent, "A"), StringComparison.Ordinal);
        Assert.StartsWith("mx.example.net; dkim=fail", await ResultsOfAsync(marker, sent.Replace("Hello", "Hallo", StringComparison.Ordinal), "B"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forged_results_are_gone_and_those_of_others_stay()
    {
        const string forged = "Authentication-Results: mx.example.net; dkim=pass header.d=bank.example\r\nAuthentication-Results: elsewhere.example; spf=pass\r\n"
            + "Authentication-Results: (a) \"MX.example.net\"; dmarc=pass\r\n";
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, more: forged), Outside);
        Assert.Equal(["mx.example.net; dkim=none", "elsewhere.example; spf=pass"], (await setup.ReceiveAsync(marker)).Fields("Authentication-Results"));
    }

    [Fact]
    public async Task The_example_filters_field_arrives()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker), Outside);
        Assert.Equal(["Good morning"], (await setup.ReceiveAsync(marker)).Fields("X-Hello"));
    }

    // The sink holds the message as it was sent, too; a field on top tells the two apart and is not signed.
    private async Task<string> ResultsOfAsync(string marker, string sent, string copy)
    {
        await SmtpClient.SendAsync(setup.Postfix.Port, $"X-Copy: {marker}{copy}\r\n{sent}", Outside);
        return Assert.Single((await setup.ReceiveAsync($"X-Copy: {marker}{copy}")).Fields("Authentication-Results"));
    }

    private Task<string> SignedAsync(string marker) => Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", "rsa", setup.RsaKey);

    /// <summary>The example filter first, over TCP.</summary>
    public sealed class Setup : MailSetup
    {
        private readonly int _port = Machine.FreePort();

        protected override string Socket => $"inet:{_port}@localhost";

        protected override string PostfixSocket => $"inet:127.0.0.1:{_port}";

        protected override (string Filters, string Tables) Filters =>
            ("\"hello\", \"verify\", \"sign\"",
                $"""
                [filter.hello]
                plugin = "{Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/examples/debug/HelloFilter")}"
                greeting = "Good morning"
                """);
    }
}
