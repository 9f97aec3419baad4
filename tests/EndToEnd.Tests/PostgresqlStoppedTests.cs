using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A database of keys that goes away. The setup is not shared, since the test ends it.</summary>
public sealed class PostgresqlStoppedTests(PostgresqlSetup setup) : IClassFixture<PostgresqlSetup>
{
    [Fact]
    public async Task With_the_database_stopped_mail_is_deferred_and_none_goes_out_unsigned_and_it_is_signed_once_the_database_is_back()
    {
        var before = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(before)), StringComparison.Ordinal);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(before)).Message, setup.Records));
        await setup.Cluster.StopServerAsync();
        var reply = "";
        var accepted = new List<string>();
        // Until what was read has been kept for a second, mail is signed.
        await Machine.UntilAsync(
            () =>
            {
                var marker = MailSetup.Marker();
                reply = SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker)).GetAwaiter().GetResult();
                if (reply.StartsWith("250", StringComparison.Ordinal))
                    accepted.Add(marker);
                return reply.StartsWith('4');
            },
            () => reply);
        Assert.StartsWith("451 4.7.1", reply, StringComparison.Ordinal);
        foreach (var marker in accepted)
            Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(marker)).Message, setup.Records));
        // A domain that was never asked for could be ours as well.
        var foreign = MailSetup.Marker();
        Assert.StartsWith("4", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(foreign, "a@example.org")), StringComparison.Ordinal);
        await setup.Cluster.StartServerAsync();
        await Machine.UntilAsync(() => SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(foreign)).GetAwaiter().GetResult().StartsWith("250", StringComparison.Ordinal), setup.Host.Log);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(foreign)).Message, setup.Records));
    }
}
