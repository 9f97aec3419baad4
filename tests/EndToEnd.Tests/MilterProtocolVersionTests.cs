using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Every protocol version that Postfix speaks.</summary>
public sealed class MilterProtocolVersionTests(MailSetup setup) : IClassFixture<MailSetup>
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Mail_is_signed_over_milter_protocol(int version)
    {
        await using var postfix = await PostfixInstance.StartAsync($"unix:{setup.Folder}/s", setup.Sink.Port, $"milter_protocol = {version}");
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker)), StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }
}
