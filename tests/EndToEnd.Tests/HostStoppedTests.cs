using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A host that goes away. The setup is not shared, since the test ends it.</summary>
public sealed class HostStoppedTests(MailSetup setup) : IClassFixture<MailSetup>
{
    [Fact]
    public async Task With_the_host_stopped_mail_is_deferred_and_not_passed_and_is_signed_once_the_host_is_back()
    {
        var before = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(before)), StringComparison.Ordinal);
        await setup.ReceiveAsync(before);
        await setup.Host.StopAsync();
        var after = MailSetup.Marker();
        Assert.StartsWith("451", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(after)), StringComparison.Ordinal);
        var local = MailSetup.Marker();
        await setup.Postfix.SubmitAsync(MailSetup.Message(local).ReplaceLineEndings("\n"));
        // cleanup says it without the SMTP code.
        await Machine.UntilAsync(() => setup.Postfix.Log().Contains("]: 4.7.1 Service unavailable", StringComparison.Ordinal), setup.Postfix.Log);
        Assert.False(setup.Sink.HasReceived(after));
        Assert.False(setup.Sink.HasReceived(local));
        await using var host = await FilterHostProcess.StartAsync(setup.Folder, setup.Settings);
        // Postfix would look again after a minute.
        await Machine.RunAsync("/usr/sbin/postkick", ["-c", setup.Postfix.ConfigurationFolder, "public", "pickup", "W"]);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(local)).Message, setup.Records));
    }
}
