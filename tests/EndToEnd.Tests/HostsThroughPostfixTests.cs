using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Whose mail it is, by what a real Postfix says of its clients.</summary>
public sealed class HostsThroughPostfixTests(HostsThroughPostfixTests.Setup setup) : IClassFixture<HostsThroughPostfixTests.Setup>
{
    [Theory]
    [InlineData("NAME=mail.trusted.example ADDR=203.0.113.5", true)]
    [InlineData("NAME=mail.trusted.example ADDR=203.0.113.66", true)]
    [InlineData("NAME=bad.trusted.example ADDR=203.0.113.5", false)]
    [InlineData("NAME=[UNAVAILABLE] ADDR=203.0.113.5", false)]
    [InlineData("NAME=mail.other.example ADDR=198.51.100.5", true)]
    [InlineData("NAME=mail.other.example ADDR=198.51.100.66", false)]
    public async Task Mail_of_a_client_in_the_file_is_signed_and_other_mail_is_verified(string client, bool isSigned)
    {
        var delivery = await PassAsync(setup.Postfix, client);
        Assert.Equal(isSigned ? 2 : 0, delivery.Fields("DKIM-Signature").Count);
        Assert.Equal(isSigned ? 0 : 1, delivery.Fields("Authentication-Results").Count);
    }

    [Fact]
    public async Task Mail_of_a_peer_passes_whole()
    {
        var delivery = await PassAsync(setup.Postfix, "NAME=peer.example ADDR=203.0.113.99");
        Assert.Empty(delivery.Fields("DKIM-Signature"));
        Assert.Empty(delivery.Fields("Authentication-Results"));
    }

    [Theory]
    [InlineData("milter_macro_daemon_name = ORIGINATING", "mail of daemon ORIGINATING is internal")]
    [InlineData("milter_mail_macros = i", "mail with macro {client_port} = 4242 is internal")]
    public async Task Mail_is_signed_by_the_name_of_the_daemon_and_by_a_macro_that_Postfix_is_asked_for(string mainCf, string why)
    {
        await using var postfix = await PostfixInstance.StartAsync($"unix:{setup.Folder}/s", setup.Sink.Port, mainCf);
        var delivery = await PassAsync(postfix, $"NAME=[UNAVAILABLE] ADDR=203.0.113.5{(why.Contains("4242", StringComparison.Ordinal) ? " PORT=4242" : "")}");
        Assert.Equal(2, delivery.Fields("DKIM-Signature").Count);
        await setup.Host.HasLoggedAsync($"verify: not verified: {why}");
    }

    private async Task<SmtpSink.Delivery> PassAsync(PostfixInstance postfix, string client)
    {
        var marker = MailSetup.Marker();
        await using var smtp = await SmtpClient.ConnectAsync(postfix.Port);
        await smtp.SayAsync("EHLO client.example");
        Assert.StartsWith("220", await smtp.SayAsync($"XCLIENT {client}"), StringComparison.Ordinal);
        await smtp.SayAsync("EHLO client.example");
        Assert.StartsWith("250", await smtp.SendMessageAsync(MailSetup.Message(marker)), StringComparison.Ordinal);
        return await setup.Sink.ReceiveAsync(marker, () => setup.Host.Log() + postfix.Log());
    }

    /// <summary>Hosts in a file as OpenDKIM has it.</summary>
    public sealed class Setup : MailSetup
    {
        protected override string HostSettings => """
            internal = ["file:TrustedHosts"]
            internal_daemons = ["ORIGINATING"]
            internal_macros = ["client_port=4242"]
            peers = ["203.0.113.99"]
            """;

        protected override async ValueTask PrepareAsync() =>
            await File.WriteAllTextAsync(Path.Combine(Folder, "TrustedHosts"), "# ours\n127.0.0.1\n.trusted.example\n!bad.trusted.example\n198.51.100.0/24 # the office\n!198.51.100.66\n");
    }
}
