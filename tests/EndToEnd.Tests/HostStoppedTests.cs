using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A host that goes away. The setup is not shared, since the test ends it.</summary>
public sealed class HostStoppedTests(MailSetup setup) : IClassFixture<MailSetup>
{
    [Fact]
    public async Task With_the_host_stopped_mail_is_deferred_and_not_passed()
    {
        var before = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(before)), StringComparison.Ordinal);
        await setup.ReceiveAsync(before);
        await setup.Host.StopAsync();
        var after = MailSetup.Marker();
        Assert.StartsWith("451", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(after)), StringComparison.Ordinal);
        Assert.False(setup.Sink.HasReceived(after));
    }
}
