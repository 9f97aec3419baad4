using System.Text;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Mail of this host, signed on its way through a real Sendmail with simple header canonicalization, which forgives nothing.</summary>
public sealed class SendmailSigningTests(SendmailSigningTests.Setup setup) : IClassFixture<SendmailSigningTests.Setup>
{
    private const string InternetSocket = "inet";

    [Theory]
    [InlineData("unix")]
    [InlineData(InternetSocket)]
    public async Task Mail_of_this_host_is_signed_not_verified_and_each_signature_verifies_elsewhere(string socket)
    {
        var marker = MailSetup.Marker();
        var delivery = await setup.PassAsync(marker, MailSetup.Message(marker), milter: socket == InternetSocket ? setup.InternetMilter : null);
        await AssertSignedAsync(delivery);
        Assert.Empty(delivery.Fields("Authentication-Results"));
    }

    [Fact]
    public async Task Mail_from_outside_is_verified_and_not_signed()
    {
        var marker = MailSetup.Marker();
        var delivery = await setup.PassAsync(marker, MailSetup.Message(marker), SendmailSetup.Outside);
        Assert.Empty(delivery.Fields("DKIM-Signature"));
        Assert.Equal(["mx.example.net; dkim=none"], delivery.Fields("Authentication-Results"));
    }

    [Fact]
    public async Task Mail_of_an_authenticated_client_from_outside_is_signed()
    {
        var marker = MailSetup.Marker();
        await using var client = await setup.ConnectAsync(SendmailSetup.Outside);
        var login = Convert.ToBase64String(Encoding.ASCII.GetBytes("\0ann@mx.example.net\0secret"));
        var reply = await client.SayAsync($"AUTH PLAIN {login}");
        Assert.True(reply.StartsWith("235", StringComparison.Ordinal), reply + setup.Sendmail.Log());
        Assert.StartsWith("250", await client.SendMessageAsync(MailSetup.Message(marker)), StringComparison.Ordinal);
        await AssertSignedAsync(await setup.ReceiveAsync(marker));
    }

    [Fact]
    public async Task Mail_with_a_null_sender_is_signed_by_its_From()
    {
        var marker = MailSetup.Marker();
        var delivery = await setup.PassAsync(marker, MailSetup.Message(marker), mail: "FROM:<>");
        Assert.StartsWith("FROM:<>", delivery.From, StringComparison.OrdinalIgnoreCase);
        await AssertSignedAsync(delivery);
    }

    [Theory]
    [InlineData("Reply-To:no-space@example.com\r\n", "x\r\n")]
    [InlineData("References:\t<tab@example.com>\r\n", "x\r\n")]
    [InlineData("X-Spaces:   three and two  \r\nReferences:  <1@example.com>\r\n", "x\r\n")]
    [InlineData("References: <1@example.com>\r\n\t<2@example.com>\r\n   <3@example.com>\r\n", "x\r\n")]
    [InlineData("References:\r\n <folded-at-once@example.com>\r\n", "x\r\n")]
    [InlineData("List-Id: one\r\nLIST-ID: two\r\nlist-id: three\r\n", "x\r\n")]
    [InlineData("Sender: \"a, b; c=d\" <a@example.com>\r\n", "x\r\n")]
    [InlineData("", "")]
    [InlineData("", "\r\n")]
    [InlineData("", "\r\n\r\n \r\n\t\r\n\r\n")]
    [InlineData("", ".\r\n..\r\n.x\r\n")]
    [InlineData("", "a \t b \r\n\tc\t\r\n   \r\nd\r\n")]
    [InlineData("", "Grüße\r\n")]
    public async Task Its_octets_pass_elsewhere_and_when_it_comes_back(string fields, string body)
    {
        var marker = MailSetup.Marker();
        await AssertPassesAsync(marker, Text(marker, fields, body));
    }

    [Fact]
    public async Task Sendmail_writes_addresses_anew_behind_the_signer_which_simple_header_canonicalization_does_not_survive()
    {
        var marker = MailSetup.Marker();
        // A known limit.
        var delivery = await setup.PassAsync(marker, Text(marker, "Reply-To:\ttab@example.com\r\n", "x\r\n"));
        Assert.Contains("\r\nReply-To: tab@example.com\r\n", delivery.Text, StringComparison.Ordinal);
        Assert.Equal(["False", "False"], await Verifiers.DkimpyAsync(delivery.Message, setup.Records));
    }

    [Fact]
    public async Task Mail_without_Date_and_Message_ID_which_Sendmail_adds_behind_the_signer_passes_elsewhere()
    {
        var marker = MailSetup.Marker();
        var delivery = await setup.PassAsync(marker, $"From: a@example.com\r\nSubject: {marker}\r\n\r\nx\r\n");
        Assert.All(new[] { "Date", "Message-Id" }, name => Assert.Single(delivery.Fields(name)));
        await AssertSignedAsync(delivery);
    }

    [Fact]
    public async Task Sendmail_defers_a_field_that_no_milter_frame_holds_and_goes_on()
    {
        var (marker, after) = (MailSetup.Marker(), MailSetup.Marker());
        // A known limit: milter_write() of Sendmail 8.17 sends no more than 65,535 octets.
        Assert.StartsWith("451", await setup.SendAsync(Text(marker, LongField(70_000), "x\r\n")), StringComparison.Ordinal);
        await AssertSignedAsync(await setup.PassAsync(after, MailSetup.Message(after)));
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(30_000)]
    [InlineData(60_000)]
    public async Task A_long_field_passes_elsewhere_and_when_it_comes_back(int length)
    {
        var marker = MailSetup.Marker();
        await AssertPassesAsync(marker, Text(marker, LongField(length), "x\r\n"));
    }

    [Fact]
    public async Task A_body_of_several_megabytes_passes_elsewhere_and_when_it_comes_back()
    {
        var marker = MailSetup.Marker();
        // A milter frame holds 65,535 octets; the line ends and blanks fall on every place around that.
        var body = string.Concat(Enumerable.Range(0, 700_000).Select(static i => new string('x', i % 7) + " \r\n"));
        await AssertPassesAsync(marker, Text(marker, "", body));
    }

    [Fact]
    public async Task Messages_of_one_session_are_signed_each_by_itself_whatever_was_broken_off_between_them()
    {
        var (first, second) = (MailSetup.Marker(), MailSetup.Marker());
        await using (var client = await setup.ConnectAsync())
        {
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

    private static string Text(string marker, string fields, string body) =>
        $"{fields}From: a@example.com\r\nSubject: {marker}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{marker}@example.com>\r\n\r\n{body}";

    private static string LongField(int length) =>
        $"References:{string.Concat(Enumerable.Range(0, length / 50).Select(static i => $"\r\n <{i:D36}@example.com>"))}\r\n";

    private async Task AssertPassesAsync(string marker, string message)
    {
        var delivery = await setup.PassAsync(marker, message);
        await AssertSignedAsync(delivery);
        var copy = MailSetup.Marker();
        var returned = await setup.PassAsync(copy, $"X-Copy: {copy}\r\n{delivery.Text}", SendmailSetup.Outside);
        var results = Assert.Single(returned.Fields("Authentication-Results")).Split(';', StringSplitOptions.TrimEntries);
        Assert.Equal(["dkim=pass", "dkim=pass"], results[1..].Select(static result => result.Split(' ')[0]));
    }

    private async Task AssertSignedAsync(SmtpSink.Delivery delivery)
    {
        Assert.All(delivery.Fields("DKIM-Signature"), static signature => Assert.Contains("c=simple/simple;", signature, StringComparison.Ordinal));
        var words = await Verifiers.DkimpyAsync(delivery.Message, setup.Records);
        Assert.True(words is ["True", "True"], $"{string.Join(", ", words)}\n{delivery.Text[..Math.Min(delivery.Text.Length, 4000)]}");
    }

    /// <summary>Signing with simple/simple, on a unix socket and over TCP.</summary>
    public sealed class Setup : SendmailSetup
    {
        private readonly int _port = Machine.FreePort();

        internal string InternetMilter => $"inet:{_port}@127.0.0.1";

        protected override string Canonicalization => "simple/simple";

        protected override IReadOnlyList<string> Milters => [.. base.Milters, InternetMilter];

        protected override (string Filters, string Tables) Filters =>
            (base.Filters.Filters, $"[[listener]]\nsocket = \"inet:{_port}@127.0.0.1\"\nfilters = [\"verify\", \"sign\"]\n");
    }
}
