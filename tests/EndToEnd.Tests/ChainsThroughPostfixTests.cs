using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Fused, split, and the C daemons of today, side by side on the same mail.</summary>
public sealed partial class ChainsThroughPostfixTests(ChainSetup setup) : IClassFixture<ChainSetup>
{
    private const string Authorized = "203.0.113.9";
    private const string Stranger = "198.51.100.7";

    // author, signing domain (empty: unsigned), whether the body is changed afterwards, client, reverse-path, our verdict, that of the daemons
    [Theory]
    [InlineData("a@example.com", "example.com", false, Authorized, "<a@example.com>", "pass", "pass")]
    [InlineData("a@example.com", "example.com", false, Stranger, "<a@example.com>", "pass", "pass")]
    [InlineData("a@example.com", "", false, Authorized, "<a@example.com>", "pass", "pass")]
    [InlineData("a@example.com", "", false, Authorized, "<a@news.example.com>", "pass", "pass")]
    [InlineData("a@example.com", "", false, Stranger, "<a@example.com>", "fail", "fail")]
    [InlineData("a@example.com", "", false, Authorized, "<list@list.example.net>", "fail", "fail")]
    [InlineData("a@example.com", "example.com", true, Authorized, "<list@list.example.net>", "fail", "fail")]
    [InlineData("a@example.com", "example.com", false, Authorized, "<list@list.example.net>", "pass", "pass")]
    [InlineData("a@example.com", "plain.example.org", false, Stranger, "<a@plain.example.org>", "fail", "fail")]
    [InlineData("a@news.example.com", "example.com", false, Stranger, "<a@news.example.com>", "pass", "pass")]
    [InlineData("a@none.example.com", "", false, Stranger, "<a@none.example.com>", "fail", "fail")]
    [InlineData("a@strict.example.org", "strict.example.org", false, Stranger, "<a@strict.example.org>", "pass", "pass")]
    [InlineData("a@strict.example.org", "sub.strict.example.org", false, Stranger, "<a@strict.example.org>", "fail", "fail")]
    [InlineData("a@plain.example.org", "plain.example.org", false, Authorized, "<a@plain.example.org>", "none", "none")]
    [InlineData("a@plain.example.org", "", false, Stranger, "<>", "none", "none")]
    [InlineData("a@example.com", "example.com", false, Stranger, "<>", "pass", "pass")]
    // RFC 9989 §4.4: no author domain, so nothing can be aligned; we report fail. OpenDMARC leaves such mail alone unless RejectMultiValueFrom is set.
    [InlineData("a@example.com, b@plain.example.org", "", false, Stranger, "<a@example.com>", "fail", null)]
    public async Task Fused_and_split_deliver_the_same_bytes_and_the_daemons_agree(
        string author, string signer, bool isChanged, string client, string reversePath, string ours, string? theirs)
    {
        var message = MailSetup.Message(MailSetup.Marker(), author);
        if (signer.Length > 0)
            message = await setup.SignAsync(message, signer);
        if (isChanged)
            message = message.Replace("Hello", "Hallo", StringComparison.Ordinal);
        var fused = await ThroughAsync(setup.Fused, message, client, reversePath);
        var split = await ThroughAsync(setup.Split, message, client, reversePath);
        Assert.Equal(WithoutTrace(fused.Text), WithoutTrace(split.Text));
        Assert.Equal(ours, VerdictOf(fused));
        var field = Assert.Single(fused.Fields("Authentication-Results"));
        Assert.Matches("^mx.example.net; spf=[a-z]+ .*; dkim=[a-z]+.*; dmarc=[a-z]+", field);
        var daemons = await ThroughAsync(setup.Daemons, message, client, reversePath);
        if (theirs is not null)
            Assert.Equal(theirs, VerdictOf(daemons));
    }

    [Fact]
    public async Task Several_From_fields_fail_and_are_delivered_alike()
    {
        var message = MailSetup.Message(MailSetup.Marker(), more: "From: b@plain.example.org\r\n");
        var fused = await ThroughAsync(setup.Fused, message, Authorized, "<a@example.com>");
        Assert.Equal("fail", VerdictOf(fused));
        Assert.Equal(WithoutTrace(fused.Text), WithoutTrace((await ThroughAsync(setup.Split, message, Authorized, "<a@example.com>")).Text));
    }

    [Fact]
    public async Task Forged_fields_are_gone_from_both_chains_and_those_of_others_stay_in_order()
    {
        var forged = string.Concat(Enumerable.Range(0, 50).Select(i =>
            $"Authentication-Results: {(i % 3) switch { 0 => "mx.example.net; dmarc=pass", 1 => "(a (b) c)\r\n \"MX.Example.NET\" 1 ;\r\n\tdkim=pass header.d=example.com", _ => $"other{i}.example; spf=pass" }}\r\n"));
        var message = MailSetup.Message(MailSetup.Marker(), more: forged);
        var fused = await ThroughAsync(setup.Fused, message, Stranger, "<a@example.com>");
        var split = await ThroughAsync(setup.Split, message, Stranger, "<a@example.com>");
        Assert.Equal(WithoutTrace(fused.Text), WithoutTrace(split.Text));
        Assert.Equal("fail", VerdictOf(fused));
        Assert.Equal(Enumerable.Range(0, 50).Where(i => i % 3 == 2).Select(i => $"other{i}.example; spf=pass"), fused.Fields("Authentication-Results").Skip(1));
    }

    [Fact]
    public async Task Where_the_first_listener_is_gone_the_second_believes_no_field_and_removes_what_is_forged()
    {
        var message = MailSetup.Message(MailSetup.Marker(), more: "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=a@example.com; dkim=pass header.d=example.com\r\n");
        var delivery = await ThroughAsync(setup.Half, message, Stranger, "<a@example.com>");
        Assert.StartsWith("mx.example.net; dmarc=temperror", Assert.Single(delivery.Fields("Authentication-Results")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Mail_with_a_forged_author_that_comes_back_is_not_signed_and_keeps_its_field(bool isFused, bool bySendmail)
    {
        var postfix = isFused ? setup.Fused : setup.Split;
        var first = await ThroughAsync(postfix, MailSetup.Message(MailSetup.Marker()), Stranger, "<a@example.com>");
        Assert.Equal("fail", VerdictOf(first));
        var again = await BackAsync(postfix, first.Text, bySendmail);
        Assert.Equal(first.Fields("Authentication-Results"), again.Fields("Authentication-Results"));
        Assert.Empty(again.Fields("DKIM-Signature"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mail_of_this_host_that_was_never_judged_is_signed(bool bySendmail)
    {
        var delivery = await BackAsync(setup.Fused, MailSetup.Message(MailSetup.Marker()), bySendmail);
        Assert.Single(delivery.Fields("DKIM-Signature"));
        Assert.Empty(delivery.Fields("Authentication-Results"));
    }

    private async Task<SmtpSink.Delivery> BackAsync(PostfixInstance postfix, string message, bool bySendmail)
    {
        var copy = MailSetup.Marker();
        message = $"X-Copy: {copy}\r\n{message}";
        if (bySendmail)
            await postfix.SubmitAsync(message.Replace("\r\n", "\n", StringComparison.Ordinal));
        else
            Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, message), StringComparison.Ordinal);
        return await setup.Sink.ReceiveAsync(copy, setup.Log);
    }

    private async Task<SmtpSink.Delivery> ThroughAsync(PostfixInstance postfix, string message, string client, string reversePath)
    {
        // The sink keeps what came by the other chains, too; a field that nobody signs tells them apart.
        var copy = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, $"X-Copy: {copy}\r\n{message}", client, $"FROM:{reversePath}"), StringComparison.Ordinal);
        return await setup.Sink.ReceiveAsync(copy, setup.Log);
    }

    // What differs by nature: the copy's mark, and the fields of the MTA with its queue id.
    private static string WithoutTrace(string message) => Trace().Replace(message, "");

    private static string? VerdictOf(SmtpSink.Delivery delivery) =>
        delivery.Fields("Authentication-Results").Select(field => Dmarc().Match(field)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    [GeneratedRegex("^(X-Copy|Received):.*\r\n([ \t].*\r\n)*", RegexOptions.Multiline)]
    private static partial Regex Trace();

    [GeneratedRegex("dmarc=([a-z]+)")]
    private static partial Regex Dmarc();
}
