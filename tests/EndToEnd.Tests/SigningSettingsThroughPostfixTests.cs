using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail of users with a login, checked against the login and signed in OpenDKIM's layout with all diagnostics, through a real Postfix; others verify it.</summary>
public sealed class SigningSettingsThroughPostfixTests(SigningSettingsThroughPostfixTests.Setup setup) : IClassFixture<SigningSettingsThroughPostfixTests.Setup>
{
    [Fact]
    public async Task A_signature_in_OpenDKIMs_layout_with_all_tags_verifies_elsewhere()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SendAsAsync("alice", MailSetup.Message(marker, more: "X-Diagnosed: a=b; c|d\r\n\tfolded  \r\n")), StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        var signatures = delivery.Fields("DKIM-Signature");
        Assert.Equal(2, signatures.Count);
        foreach (var signature in signatures)
        {
            Assert.Contains("r=y;", signature, StringComparison.Ordinal);
            Assert.Contains("i=@example.com;", signature, StringComparison.Ordinal);
            Assert.Contains("X-Diagnosed:", signature, StringComparison.Ordinal);
        }
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        Assert.Contains("rsa-sha256 pass", await Verifiers.MailDkimAsync(delivery.Message, setup.Records));
    }

    [Fact]
    public async Task A_user_who_writes_as_another_is_refused_by_name()
    {
        var marker = MailSetup.Marker();
        var reply = await SendAsAsync("bob", MailSetup.Message(marker));
        Assert.StartsWith("550 5.7.1 ", reply, StringComparison.Ordinal);
        Assert.Contains("login bob may not write as a@example.com [sign]", reply, StringComparison.Ordinal);
        Assert.StartsWith("250", await SendAsAsync("bob", MailSetup.Message(marker, "bob@example.com")), StringComparison.Ordinal);
        Assert.Equal(2, (await setup.ReceiveAsync(marker)).Fields("DKIM-Signature").Count);
    }

    [Fact]
    public async Task Mail_to_a_recipient_to_whom_nothing_is_signed_goes_out_unsigned()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker), recipient: "TO:<list@plain.example.net>"), StringComparison.Ordinal);
        Assert.Empty((await setup.ReceiveAsync(marker)).Fields("DKIM-Signature"));
        await setup.Host.HasLoggedAsync("nothing is signed to list@plain.example.net");
    }

    private async Task<string> SendAsAsync(string login, string message)
    {
        await using var client = await SmtpClient.ConnectAsync(setup.Postfix.Port);
        await client.SayAsync("EHLO client.example.org");
        Assert.StartsWith("220", await client.SayAsync($"XCLIENT ADDR=203.0.113.9 NAME=client.example.org LOGIN={login}"), StringComparison.Ordinal);
        await client.SayAsync("EHLO client.example.org");
        return await client.SendMessageAsync(message);
    }

    /// <summary>A map of logins beside the settings.</summary>
    public sealed class Setup : MailSetup
    {
        protected override string Canonicalization => "relaxed/relaxed";

        protected override string MainCf => "smtpd_sasl_auth_enable = yes";

        // The tables stand right behind the signing filter's own.
        protected override (string Filters, string Tables) Filters => ("\"verify\", \"sign\"", """
            layout = "opendkim"
            oversign = ["From", "Subject"]
            sign_headers = ["*", "+Subject", "+To", "+X-*"]
            user_identifier = "@%"
            request_reports = true
            copy_headers = true
            no_sign_recipients = [".example.net"]
            login_map = "logins"
            """);

        protected override async ValueTask PrepareAsync() =>
            await File.WriteAllLinesAsync(Path.Combine(Folder, "logins"), ["# who may write as whom", "alice @example.com", "bob bob@example.com"]);
    }
}
