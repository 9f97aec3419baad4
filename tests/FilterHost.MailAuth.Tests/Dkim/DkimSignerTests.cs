using System.Text;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

public sealed class DkimSignerTests
{
    private static readonly RawMessage Message = RawMessage.Parse(
        "Received: by b\r\nReceived: by a\r\nFrom: a@example.com\r\nTo: b@example.net\r\nSubject: folded\r\n\tsubject\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n" +
        "Message-ID: <1@example.com>\r\nList-Id: <l.example.com>\r\nX-Other: x\r\n\r\nHello  world \r\n\r\n");

    public static TheoryData<Canonicalization, Canonicalization> Pairs =>
        new() { { Canonicalization.Simple, Canonicalization.Simple }, { Canonicalization.Simple, Canonicalization.Relaxed }, { Canonicalization.Relaxed, Canonicalization.Simple }, { Canonicalization.Relaxed, Canonicalization.Relaxed } };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Both_algorithms_verify_in_every_canonicalization(Canonicalization header, Canonicalization body)
    {
        var options = new DkimSigningOptions { Canonicalization = new(header, body), ExpireAfter = TimeSpan.FromDays(7) };
        var results = await Signing.VerifyAsync(await Signing.SignedAsync(Message, options, Signing.RsaKey, Signing.Ed25519Key));
        Assert.Equal([(DkimOutcome.Pass, "rsa-sha256"), (DkimOutcome.Pass, "ed25519-sha256")], results.Select(static result => (result.Outcome, result.Algorithm!)));
        Assert.All(results, static result => Assert.Equal((Signing.Now, Signing.Now.AddDays(7)), (result.SignedAt!.Value, result.ExpiresAt!.Value)));
    }

    [Fact]
    public async Task The_field_is_ASCII_and_no_line_is_longer_than_78_columns()
    {
        var key = Signing.RsaKey with { UserIdentifier = "j\u00fcrgen;=@b\u00fccher.example.com" };
        var field = Assert.Single(await Signing.SignAsync(Message, new DkimSigningOptions(), key));
        var text = field.ToString();
        Assert.All(text.Split("\r\n"), static line => Assert.InRange(line.Length, 1, 78));
        Assert.True(Ascii.IsValid(field.Body.Span));
        Assert.Contains("i=j=C3=BCrgen=3B=3D@xn--bcher-kva.example.com;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("l=", text, StringComparison.Ordinal);
        Assert.Equal(field.Body.ToArray(), HeaderField.Create("DKIM-Signature", Encoding.ASCII.GetString(field.Body.Span)[1..]).Body.ToArray());
    }

    [Theory]
    [InlineData("From: eve@example.com")]
    [InlineData("Subject: other")]
    [InlineData("Date: Fri, 2 Jan 2026 00:00:00 +0000")]
    [InlineData("Cc: c@example.org")]
    [InlineData("Content-Type: text/html")]
    public async Task An_added_instance_of_an_oversigned_field_breaks_the_signature(string field)
    {
        var signed = await Signing.SignedAsync(Message);
        var added = RawMessage.Parse(field + "\r\n\r\n").Header[0];
        Assert.Equal(DkimOutcome.Fail, Assert.Single(await Signing.VerifyAsync(signed.With(added))).Outcome);
    }

    [Fact]
    public async Task A_Date_field_that_an_MTA_adds_because_none_was_there_does_not_break_the_signature()
    {
        var signed = await Signing.SignedAsync(RawMessage.Parse("From: a@example.com\r\n\r\nx\r\n"));
        var dated = signed.With(HeaderField.Create("Date", "Thu, 1 Jan 2026 00:00:00 +0000"));
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(dated)).Outcome);
    }

    [Fact]
    public async Task A_mailing_list_that_only_adds_List_fields_does_not_break_the_signature()
    {
        var signed = await Signing.SignedAsync(Message);
        var listed = signed.With(HeaderField.Create("List-Id", "<other.example.org>"), HeaderField.Create("List-Unsubscribe", "<mailto:u@example.org>"), HeaderField.Create("Received", "by list"));
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(listed)).Outcome);
    }

    [Fact]
    public async Task Repeated_fields_are_signed_from_the_bottom_up()
    {
        var twice = RawMessage.Parse("From: a@example.com\r\nReply-To: top@example.com\r\nReply-To: low@example.com\r\n\r\nx\r\n");
        var signed = await Signing.SignedAsync(twice);
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(signed)).Outcome);
        var swapped = signed with { Header = new HeaderSection([signed.Header[0], signed.Header[1], signed.Header[3], signed.Header[2]]) };
        Assert.Equal(DkimOutcome.Fail, Assert.Single(await Signing.VerifyAsync(swapped)).Outcome);
    }

    [Theory]
    [InlineData("Received")]
    [InlineData("authentication-results")]
    [InlineData("R*")]
    [InlineData("ARC-Seal")]
    [InlineData("a;b")]
    public void Fields_that_change_on_the_way_cannot_be_signed(string name) => Assert.Equal(name != "R*", DkimSigningOptions.ProblemOf(name) is not null);

    [Fact]
    public async Task A_prefix_never_takes_a_field_that_must_not_be_signed()
    {
        var field = Assert.Single(await Signing.SignAsync(Message, new DkimSigningOptions { SignIfPresent = ["R*", "X-*"] }, Signing.RsaKey));
        Assert.Contains("X-Other", field.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Received", field.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_octet_of_the_body_breaks_the_signature()
    {
        var signed = await Signing.SignedAsync(Message);
        var body = signed.Body.ToArray();
        body[0] ^= 1;
        var result = Assert.Single(await Signing.VerifyAsync(signed with { Body = body }));
        Assert.Equal((DkimOutcome.Fail, "body hash did not verify"), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task Ten_thousand_fields_are_signed_and_verified()
    {
        var many = Message.With(Enumerable.Range(0, 10_000).Select(static i => HeaderField.Create("List-" + i, "x")));
        Assert.Equal(DkimOutcome.Pass, Assert.Single(await Signing.VerifyAsync(await Signing.SignedAsync(many))).Outcome);
    }
}
