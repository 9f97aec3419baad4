using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail signed with keys of an SQLite file on its way through a real Postfix.</summary>
public sealed class SqliteThroughPostfixTests(SqliteSetup setup) : IClassFixture<SqliteSetup>
{
    [Fact]
    public async Task Mail_has_both_signatures_and_each_verifies_elsewhere()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker)), StringComparison.Ordinal);
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync((await setup.ReceiveAsync(marker)).Message, setup.Records));
    }

    [Fact]
    public async Task Mail_of_a_domain_that_no_row_names_is_not_signed()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, "a@example.org")), StringComparison.Ordinal);
        Assert.Empty((await setup.ReceiveAsync(marker)).Fields("DKIM-Signature"));
    }
}
