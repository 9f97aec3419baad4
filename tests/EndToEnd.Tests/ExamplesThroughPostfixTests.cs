using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The examples that judge and mark mail, one after the other in a chain, through a real Postfix.</summary>
public sealed class ExamplesThroughPostfixTests(ExamplesThroughPostfixTests.Setup setup) : IClassFixture<ExamplesThroughPostfixTests.Setup>
{
    private const string Outside = "198.51.100.7";

    [Fact]
    public async Task Mail_from_outside_gets_its_tag_behind_what_verified_it()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker).Replace("\r\n\r\n", "\r\nSubject: Grüße\r\n\r\n", StringComparison.Ordinal), Outside, "FROM:<tag@example.org>");
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Contains("\r\nSubject: [EXTERNAL] Grüße\r\n", delivery.Text, StringComparison.Ordinal);
        Assert.Contains("dkim=none", delivery.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invoice.exe", true)]
    [InlineData("INVOICE.EXE. ", true)]
    [InlineData("invoice.pdf", false)]
    public async Task An_attachment_that_is_not_allowed_is_refused_and_another_is_delivered(string name, bool isRefused)
    {
        var marker = MailSetup.Marker();
        var message = MailSetup.Message(marker).Replace("\r\n\r\n", $"\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n", StringComparison.Ordinal);
        var reply = await SmtpClient.SendAsync(setup.Postfix.Port, message, Outside, $"FROM:<{marker}@example.org>");
        if (isRefused)
            Assert.Equal($"550 5.7.1 attachment {name} is not allowed [attachments]", reply);
        else
            Assert.Contains(name, (await setup.ReceiveAsync(marker)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_sends_too_much_is_told_to_wait_and_nobody_else()
    {
        async Task<string> SendAsync(string sender) => (await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(MailSetup.Marker()), Outside, $"FROM:<{sender}@example.org>"))[..3];
        Assert.Equal(["250", "250", "250", "451", "250"], [await SendAsync("busy"), await SendAsync("busy"), await SendAsync("busy"), await SendAsync("busy"), await SendAsync("quiet")]);
    }

    public sealed class Setup : MailSetup
    {
        private static string Examples => Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "artifacts/examples/debug");

        protected override (string Filters, string Tables) Filters =>
            ("\"verify\", \"rate\", \"attachments\", \"external\"",
                $"""
                [filter.rate]
                plugin = "{Examples}/RateLimit"
                by = "sender"
                limit = 3
                [filter.attachments]
                plugin = "{Examples}/AttachmentPolicy"
                on_match = "reject"
                [filter.external]
                plugin = "{Examples}/SubjectTag"
                tag = "[EXTERNAL]"
                """);
    }
}
