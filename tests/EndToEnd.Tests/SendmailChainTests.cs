namespace FilterHost.EndToEnd.Tests;

/// <summary>Two listeners one after the other, through a real Sendmail.</summary>
public sealed class SendmailChainTests(SendmailChainTests.Setup setup) : IClassFixture<SendmailChainTests.Setup>
{
    [Fact]
    public async Task The_second_listener_takes_over_what_the_first_found_and_writes_one_field()
    {
        var marker = MailSetup.Marker();
        var message = MailSetup.Message(marker, more: "Authentication-Results: mx.example.net; dkim=pass header.d=bank.example\r\nAuthentication-Results: other.example; spf=pass\r\n");
        var delivery = await setup.PassAsync(marker, message, SendmailSetup.Outside);
        Assert.Equal(["mx.example.net; dkim=none; dmarc=none reason=\"no DMARC record\" header.from=example.com", "other.example; spf=pass"], delivery.Fields("Authentication-Results"));
    }

    /// <summary>DKIM, then DMARC.</summary>
    public sealed class Setup : SendmailSetup
    {
        protected override IReadOnlyList<string> Milters => ["unix:/sockets/s;unix:/sockets/dmarc"];

        protected override (string Filters, string Tables) Filters => (base.Filters.Filters, $"""
            [filter.dmarc]
            plugin = "Dmarc"
            identifiers = ["dkim"]
            """);

        protected override string MoreListeners => $"""
            [[listener]]
            socket = "unix:{Sendmail.SocketFolder}/dmarc"
            mode = "0666"
            filters = ["dmarc"]

            """;
    }
}
