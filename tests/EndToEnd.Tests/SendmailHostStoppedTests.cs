using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A host that goes away behind Sendmail. The setup is not shared, since the test ends it.</summary>
public sealed class SendmailHostStoppedTests(SendmailSetup setup) : IClassFixture<SendmailSetup>
{
    [Fact]
    public async Task With_the_host_stopped_mail_is_deferred_and_not_passed_and_is_signed_once_the_host_is_back()
    {
        var (before, amid, after, back) = (MailSetup.Marker(), MailSetup.Marker(), MailSetup.Marker(), MailSetup.Marker());
        await using (var client = await setup.ConnectAsync())
        {
            Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(before)), StringComparison.Ordinal);
            await setup.Host.StopAsync();
            Assert.StartsWith("4", await client.SendMessageAsync(MailSetup.Message(amid)), StringComparison.Ordinal);
        }
        Assert.StartsWith("4", await setup.SendAsync(MailSetup.Message(after)), StringComparison.Ordinal);
        await using var host = await FilterHostProcess.StartAsync(setup.Folder, setup.Settings);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.PassAsync(back, MailSetup.Message(back))).Message, setup.Records));
        Assert.All(new[] { amid, after }, marker => Assert.False(setup.Sink.HasReceived(marker)));
    }
}
