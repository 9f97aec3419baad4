using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail whose octets Postfix and the milter protocol must carry as they are: signed with simple header canonicalization, which forgives nothing, and verified again when it comes back.</summary>
public sealed class OddMailThroughPostfixTests(OddMailThroughPostfixTests.Setup setup) : IClassFixture<OddMailThroughPostfixTests.Setup>
{
    [Theory]
    [InlineData("Reply-To:no-space@example.com\r\n", "x\r\n")]
    [InlineData("Reply-To:\ttab@example.com\r\n", "x\r\n")]
    [InlineData("Reply-To:   spaces@example.com  \r\n", "x\r\n")]
    [InlineData("References: <1@example.com>\r\n\t<2@example.com>\r\n   <3@example.com> \r\n", "x\r\n")]
    [InlineData("Reply-To:\r\n folded-at-once@example.com\r\n", "x\r\n")]
    [InlineData("Reply-To:\r\nSender:\r\n", "x\r\n")]
    [InlineData("List-Id: one\r\nLIST-ID: two\r\nlist-id: three\r\n", "x\r\n")]
    [InlineData("Sender: \"a, b; c=d\" <a@example.com>\r\n", "x\r\n")]
    [InlineData("Reply-To: \"Müller\" <m@example.com>\r\n", "Grüße\r\n")]
    [InlineData("", "")]
    [InlineData("", "\r\n")]
    [InlineData("", "\r\n\r\n \r\n\t\r\n\r\n")]
    [InlineData("", ".\r\n..\r\n.x\r\n")]
    [InlineData("", "From the mailbox\r\n>From it too\r\n")]
    [InlineData("", "a\nb\n\nc\r\n")]
    [InlineData("", "a\0b\r\n\0\r\n")]
    [InlineData("", "a \t b \r\n\tc\t\r\n   \r\nd")]
    public async Task It_passes_elsewhere_and_when_it_comes_back(string fields, string body)
    {
        var (marker, copy) = (MailSetup.Marker(), MailSetup.Marker());
        var ending = body.Length == 0 || body.EndsWith('\n') ? "" : "\r\n";
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, $"{fields}From: a@example.com\r\nSubject: {marker}\r\n\r\n{body}{ending}"), StringComparison.Ordinal);
        await AssertPassesAsync(marker, copy);
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(70_000)]
    public async Task A_long_field_passes_elsewhere_and_when_it_comes_back(int length)
    {
        var (marker, copy) = (MailSetup.Marker(), MailSetup.Marker());
        var references = string.Concat(Enumerable.Range(0, length / 50).Select(static i => $"\r\n <{i:D36}@example.com>"));
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, $"From: a@example.com\r\nReferences:{references}\r\nSubject: {marker}\r\n\r\nx\r\n"), StringComparison.Ordinal);
        await AssertPassesAsync(marker, copy);
    }

    [Fact]
    public async Task A_body_of_many_frames_passes_elsewhere_and_when_it_comes_back()
    {
        var (marker, copy) = (MailSetup.Marker(), MailSetup.Marker());
        // A milter frame holds 65,535 octets; the line ends and blanks fall on every place around that.
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(static i => new string('x', i % 7) + " \r\n"));
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, $"From: a@example.com\r\nSubject: {marker}\r\n\r\n{body}"), StringComparison.Ordinal);
        await AssertPassesAsync(marker, copy);
    }

    [Theory]
    [InlineData(998, "True")]
    [InlineData(999, "body hash mismatch")]
    public async Task A_line_of_more_octets_than_RFC_5322_allows_is_broken_by_Postfix_behind_the_signer(int length, string word)
    {
        var marker = MailSetup.Marker();
        // RFC 5322 §2.1.1: "Each line of characters MUST be no more than 998 characters". A known limit: Postfix keeps to it on delivery (smtp_line_length_limit).
        Assert.StartsWith("250", await SmtpClient.SendAsync(setup.Postfix.Port, $"From: a@example.com\r\nSubject: {marker}\r\n\r\n{new string('x', length)}\r\n"), StringComparison.Ordinal);
        Assert.All(await Verifiers.DkimpyAsync((await setup.ReceiveAsync(marker)).Message, setup.Records), answer => Assert.StartsWith(word, answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fields_that_Postfix_adds_to_mail_of_sendmail_1_are_signed()
    {
        var marker = MailSetup.Marker();
        await setup.Postfix.SubmitAsync($"Subject: {marker}\n\nx\n");
        var delivery = await setup.ReceiveAsync(marker);
        Assert.All(new[] { "From", "Date", "Message-Id" }, name => Assert.Single(delivery.Fields(name)));
        Assert.All(delivery.Fields("DKIM-Signature"), signature => Assert.Contains(":Message-ID", signature.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }

    private async Task AssertPassesAsync(string marker, string copy)
    {
        var delivery = await setup.ReceiveAsync(marker);
        Assert.All(delivery.Fields("DKIM-Signature"), static signature => Assert.Contains("c=simple/simple;", signature, StringComparison.Ordinal));
        Assert.Equal(["True", "True"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
        await SmtpClient.SendAsync(setup.Postfix.Port, $"X-Copy: {copy}\r\n{delivery.Text}", outside: "203.0.113.9");
        var results = Assert.Single((await setup.ReceiveAsync(copy)).Fields("Authentication-Results")).Split(';', StringSplitOptions.TrimEntries);
        Assert.Equal(["dkim=pass", "dkim=pass"], results[1..].Select(static result => result.Split(' ')[0]));
    }

    /// <summary>Signing with simple/simple.</summary>
    public sealed class Setup : MailSetup
    {
        protected override string Canonicalization => "simple/simple";
    }
}
