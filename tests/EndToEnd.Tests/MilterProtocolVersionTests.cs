using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Every protocol version that Postfix speaks, with simple header canonicalization, which forgives nothing.</summary>
public sealed class MilterProtocolVersionTests(MilterProtocolVersionTests.Setup setup) : IClassFixture<MilterProtocolVersionTests.Setup>
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Mail_is_signed_over_milter_protocol(int version)
    {
        await using var postfix = await PostfixInstance.StartAsync($"unix:{setup.Folder}/s", setup.Sink.Port, $"milter_protocol = {version}");
        Assert.Equal(["True", "True"], await SignedAsync(postfix, "Reply-To:   three-spaces@example.com\r\nReferences: <1@example.com>\r\n\t<2@example.com>\r\nSender:\ttab@example.com\r\n"));
        // Versions below 6 do not say that no space stands after the colon: a known limit.
        var word = version < 6 ? "False" : "True";
        Assert.Equal([word, word], await SignedAsync(postfix, "Reply-To:no-space@example.com\r\n"));
    }

    private async Task<string[]> SignedAsync(PostfixInstance postfix, string fields)
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker, more: fields)), StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        Assert.All(delivery.Fields("DKIM-Signature"), static signature => Assert.Contains("c=simple/simple;", signature, StringComparison.Ordinal));
        return await Verifiers.DkimpyAsync(delivery.Message, setup.Records);
    }

    /// <summary>Signing with simple/simple.</summary>
    public sealed class Setup : MailSetup
    {
        protected override string Canonicalization => "simple/simple";
    }
}
