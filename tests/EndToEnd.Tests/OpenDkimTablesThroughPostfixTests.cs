using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>OpenDKIM's tables behind a real Postfix.</summary>
public sealed class OpenDkimTablesThroughPostfixTests(OpenDkimTablesSetup setup) : IClassFixture<OpenDkimTablesSetup>
{
    [Theory]
    [InlineData("example1.com")]
    [InlineData("example2.com")]
    public async Task Each_domain_of_the_tables_is_signed_with_its_row_and_verifies_elsewhere(string domain)
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, $"user@{domain}")), StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        var signature = Assert.Single(delivery.Fields("DKIM-Signature"));
        Assert.Contains($"d={domain};", signature, StringComparison.Ordinal);
        Assert.Contains("s=myselector;", signature, StringComparison.Ordinal);
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        Assert.Equal("True", string.Join(' ', await Verifiers.OpenDkimAsync(delivery.Message, setup.Records)));
    }

    [Fact]
    public async Task Mail_that_no_row_fits_goes_out_unsigned()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, "user@example4.com")), StringComparison.Ordinal);
        Assert.Empty((await setup.ReceiveAsync(marker)).Fields("DKIM-Signature"));
    }

    [Fact]
    public async Task Mail_of_a_row_whose_key_is_missing_is_deferred_and_the_log_says_which()
    {
        Assert.StartsWith("451", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(MailSetup.Marker(), "user@example3.com")), StringComparison.Ordinal);
        await setup.Host.HasLoggedAsync($"{setup.Folder}/opendkim/KeyTable:3: {setup.Folder}/opendkim/missing.private does not exist");
    }
}
