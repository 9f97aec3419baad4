using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail of this host, signed on its way through a real Postfix, verified by others.</summary>
public sealed class SigningThroughPostfixTests(MailSetup setup) : IClassFixture<MailSetup>
{
    [Fact]
    public async Task Mail_over_smtp_has_both_signatures_and_each_verifies_elsewhere()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker)), StringComparison.Ordinal);
        await AssertSignedAsync(await setup.ReceiveAsync(marker));
    }

    [Fact]
    public async Task Mail_by_sendmail_1_has_both_signatures_and_each_verifies_elsewhere()
    {
        var marker = MailSetup.Marker();
        await setup.Postfix.SubmitAsync(MailSetup.Message(marker).ReplaceLineEndings("\n"));
        await AssertSignedAsync(await setup.ReceiveAsync(marker));
    }

    [Fact]
    public async Task Mail_with_a_null_sender_is_signed_by_its_From()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker), mail: "FROM:<>"), StringComparison.Ordinal);
        await AssertSignedAsync(await setup.ReceiveAsync(marker));
    }

    [Fact]
    public async Task Mail_whose_envelope_lacks_brackets_is_signed()
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker), mail: "FROM:a@example.com", recipient: "TO:b@example.net"), StringComparison.Ordinal);
        await AssertSignedAsync(await setup.ReceiveAsync(marker));
    }

    [Fact]
    public async Task Mail_from_a_U_label_domain_is_signed_in_A_labels()
    {
        var marker = MailSetup.Marker();
        var reply = await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, "jürgen@bücher.example"), mail: "FROM:<a@example.com> SMTPUTF8");
        Assert.StartsWith("250", reply, StringComparison.Ordinal);
        var delivery = await setup.ReceiveAsync(marker);
        var signature = Assert.Single(delivery.Fields("DKIM-Signature"));
        Assert.Contains("d=xn--bcher-kva.example;", signature, StringComparison.Ordinal);
        Assert.All(signature, character => Assert.True(char.IsAscii(character)));
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }

    [Fact]
    public async Task Mail_of_a_domain_without_a_key_is_not_signed_and_the_log_says_why()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, "a@example.org"));
        Assert.Empty((await setup.ReceiveAsync(marker)).Fields("DKIM-Signature"));
        await setup.Host.HasLoggedAsync("no key for example.org");
    }

    [Fact]
    public async Task Mail_with_two_From_fields_is_not_signed()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker, more: "From: ceo@example.com\r\n"));
        Assert.Empty((await setup.ReceiveAsync(marker)).Fields("DKIM-Signature"));
    }

    [Fact]
    public async Task Mail_from_outside_is_not_signed_and_the_log_says_why()
    {
        var marker = MailSetup.Marker();
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker), outside: "203.0.113.9");
        var delivery = await setup.ReceiveAsync(marker);
        Assert.Empty(delivery.Fields("DKIM-Signature"));
        Assert.Equal(["mx.example.net; dkim=none"], delivery.Fields("Authentication-Results"));
        await setup.Host.HasLoggedAsync("client 203.0.113.9 not internal, not authenticated");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mail_that_comes_back_from_a_list_which_only_adds_fields_passes(bool isAddedOnTop)
    {
        var (marker, list) = (MailSetup.Marker(), MailSetup.Marker());
        await SmtpClient.SendAsync(setup.Postfix.Port, MailSetup.Message(marker));
        var fields = $"Received: from mx.example.net by {list}.example.org; Tue, 24 Nov 2026 10:00:01 +0000\r\nSender: l-bounces@example.org\r\nPrecedence: list\r\n"
            + $"List-Id: <{list}.example.org>\r\nList-Post: <mailto:l@example.org>\r\nList-Help: <mailto:help@example.org>\r\nList-Archive: <https://example.org/>\r\n"
            + "List-Subscribe: <mailto:join@example.org>\r\nList-Unsubscribe: <mailto:leave@example.org>\r\n";
        var sent = (await setup.ReceiveAsync(marker)).Text;
        var end = sent.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2;
        var returned = isAddedOnTop ? fields + sent : sent.Insert(end, fields);
        await SmtpClient.SendAsync(setup.Postfix.Port, returned, outside: "203.0.113.9", mail: "FROM:<l-bounces@example.org>");
        var results = Assert.Single((await setup.ReceiveAsync(list)).Fields("Authentication-Results")).Split(';', StringSplitOptions.TrimEntries);
        Assert.Equal(["dkim=pass", "dkim=pass"], results[1..].Select(static result => result.Split(' ')[0]));
    }

    [Fact]
    public async Task Messages_of_one_session_are_signed_each_by_itself_whatever_was_broken_off_between_them()
    {
        var (first, second) = (MailSetup.Marker(), MailSetup.Marker());
        await using (var client = await SmtpClient.ConnectAsync(setup.Postfix.Port))
        {
            await client.SayAsync("EHLO client.example.org");
            Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(first)), StringComparison.Ordinal);
            await client.SayAsync("MAIL FROM:<c@example.org>");
            await client.SayAsync("RCPT TO:<b@example.net>");
            Assert.StartsWith("250", await client.SayAsync("RSET"), StringComparison.Ordinal);
            await client.SayAsync("MAIL FROM:<d@example.org>");
            await client.SayAsync("EHLO client.example.org");
            Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(second)), StringComparison.Ordinal);
        }
        await AssertSignedAsync(await setup.ReceiveAsync(first));
        await AssertSignedAsync(await setup.ReceiveAsync(second));
    }

    private async Task AssertSignedAsync(SmtpSink.Delivery delivery)
    {
        var signatures = delivery.Fields("DKIM-Signature");
        Assert.Equal(["rsa-sha256", "ed25519-sha256"], signatures.Select(signature => signature.Split("a=")[1].Split(';')[0]).OrderDescending());
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        Assert.Equal("True True", string.Join(' ', await Verifiers.OpenDkimAsync(delivery.Message, setup.Records)));
        // Mail::DKIM knows no Ed25519 here.
        Assert.Contains("rsa-sha256 pass", await Verifiers.MailDkimAsync(delivery.Message, setup.Records));
    }
}
