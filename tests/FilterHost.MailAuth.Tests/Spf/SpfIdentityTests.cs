using System.Net;
using System.Text;
using FilterHost.MailAuth.Spf;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>RFC 7208 §2.3, §2.4 and §4.3: whose domain is asked, and what of it is written.</summary>
public sealed class SpfIdentityTests
{
    private static readonly SpfZone Passing = SpfZone.Of("example.com TXT v=spf1 +all", "mail.example.com TXT v=spf1 +all", "victim.example TXT v=spf1 +all", "xn--caf-dma.example TXT v=spf1 +all");

    [Fact]
    public async Task The_null_path_is_postmaster_at_the_HELO_name()
    {
        var zone = SpfZone.Of("mail.example.com TXT v=spf1 exists:%{l}.%{o}.%{d}.test -all", "postmaster.mail.example.com.mail.example.com.test A 127.0.0.2");
        var result = (await Evaluating.MailFromAsync(zone, "<>")).Result;
        Assert.Equal(("pass", SpfIdentity.MailFrom, true, "mail.example.com", "mail.example.com"), (result.Word, result.Identity, result.IsNullPath, result.Domain!.ToString(), result.Mailbox));
        Assert.Equal("smtp.helo", $"{result.Properties[0].Type}.{result.Properties[0].Name}");
    }

    [Theory]
    [InlineData("mail.example.com", "pass")]
    [InlineData("MAIL.Example.COM.", "pass")]
    [InlineData("localhost", "none")]
    [InlineData("[192.0.2.1]", "none")]
    [InlineData("", "none")]
    [InlineData(null, "none")]
    [InlineData("a..example.com", "none")]
    [InlineData("mail.example.com\0.evil.test", "none")]
    [InlineData("mail.example.com;x", "none")]
    public async Task The_HELO_name_is_asked_only_where_it_is_a_domain_of_several_labels(string? helo, string word)
    {
        var result = (await Evaluating.HeloAsync(Passing, helo)).Result;
        Assert.Equal((word, SpfIdentity.Helo), (result.Word, result.Identity));
    }

    [Theory]
    [InlineData("<user@localhost>")]
    [InlineData("<user@[192.0.2.1]>")]
    [InlineData("<user>")]
    [InlineData("<user@a..b>")]
    [InlineData("<user@\0example.com>")]
    public async Task What_is_no_domain_of_several_labels_is_none_and_nothing_is_asked(string path)
    {
        var zone = new SpfZone();
        Assert.Equal("none", (await Evaluating.MailFromAsync(zone, path)).Result.Word);
        Assert.Empty(zone.Questions);
    }

    [Fact]
    public async Task A_client_of_unknown_address_is_none()
    {
        var zone = new SpfZone();
        Assert.Equal("none", (await Evaluating.MailFromAsync(zone, client: null)).Result.Word);
        Assert.Empty(zone.Questions);
    }

    // A1
    [Fact]
    public async Task A_subdomain_that_does_not_exist_is_none_and_never_pass()
    {
        var result = (await Evaluating.MailFromAsync(Passing, "<ceo@no-such.victim.example>", helo: "mail.example.com")).Result;
        Assert.Equal(("none", "no-such.victim.example"), (result.Word, result.Domain!.ToString()));
    }

    // A2
    [Theory]
    [InlineData("<(any@victim.example>")]
    [InlineData("<any@victim.example(>")]
    [InlineData("<any@victim.example>x@example.com>")]
    [InlineData("<@victim.example>")]
    [InlineData("<\"any@victim.example>")]
    [InlineData("<any@example.net(.victim.example>")]
    [InlineData("<any@victim.example,@example.com>")]
    [InlineData("< >")]
    public async Task A_reverse_path_that_does_not_parse_is_none_and_nothing_of_it_is_written(string path)
    {
        var result = (await Evaluating.MailFromAsync(Passing, path, helo: "no-domain")).Result;
        Assert.Equal(("none", null), (result.Word, result.Mailbox));
        Assert.Empty(result.Properties);
    }

    // CVE-2019-20790: the HELO name's pass is not the reverse-path's.
    [Fact]
    public async Task The_HELO_name_does_not_speak_for_another_reverse_path()
    {
        var zone = SpfZone.Of("mail.example.com TXT v=spf1 +all", "victim.example TXT v=spf1 -all");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone, "<ceo@victim.example>", helo: "mail.example.com")).Result.Word);
    }

    // A7
    [Fact]
    public async Task Of_a_source_route_the_final_mailbox_counts()
    {
        var result = (await Evaluating.MailFromAsync(Passing, "<@victim.example,@x.example:user@example.com>")).Result;
        Assert.Equal(("pass", "user@example.com"), (result.Word, result.Mailbox));
    }

    [Fact]
    public async Task U_labels_are_asked_for_as_A_labels() =>
        Assert.Equal("xn--caf-dma.example", (await Evaluating.MailFromAsync(Passing, "<user@caf\u00e9.example>")).Result.Domain!.ToString());

    [Theory]
    [InlineData("<user+tag@example.com>", "user+tag@example.com")]
    [InlineData("<\"a b\"@example.com>", "example.com")]
    [InlineData("<\"a\\\"; spf=pass\"@example.com>", "example.com")]
    [InlineData("<\"a@victim.example\"@example.com>", "example.com")]
    [InlineData("<caf\u00e9@example.com>", "example.com")]
    public async Task A_local_part_that_needs_quotes_is_not_written(string path, string mailbox) =>
        Assert.Equal(mailbox, (await Evaluating.MailFromAsync(Passing, path)).Result.Mailbox);

    /// <summary>Local parts, HELO names and what a domain publishes, with every octet somewhere: both fields stay one field with the results and keys that were given.</summary>
    [Fact]
    public async Task Whatever_client_and_domain_say_the_fields_hold_one_result()
    {
        for (var octet = 0; octet < 256; octet++)
        {
            var odd = $"a{(char)octet}; spf=pass smtp.mailfrom=x@victim.example\r\nX: y";
            var zone = SpfZone.Of("example.com TXT v=spf1 include:%{h} -all");
            zone.Add("example.net", "TXT", $"v=spf1 {odd}");
            foreach (var path in new[] { $"<{odd}@example.com>", $"<\"{odd}\"@example.com>", $"<a@{odd}>", "<user@example.net>" })
            {
                var address = EnvelopeAddress.Parse(Encoding.Latin1.GetBytes(path));
                var result = (await Evaluating.AskAsync(zone, SpfRequest.ForMailFrom(IPAddress.Parse("192.0.2.1"), odd, address))).Result;
                Assert.NotEqual(SpfOutcome.Pass, result.Outcome);
                var results = Encoding.UTF8.GetString(AuthenticationResultsWriter.Write("mx.example.net", [result], allowUtf8: false).Body.Span);
                Assert.Equal(1, Unquoted(results).Split("spf=").Length - 1);
                Assert.Equal(1, Unquoted(results).Split(';').Length - 1);
                var received = Encoding.UTF8.GetString(ReceivedSpfField.Create(result, IPAddress.Parse("192.0.2.1"), odd, address, "mx.example.net").Body.Span);
                Assert.Equal((6, 5), (Unquoted(received).Split('=').Length - 1, Unquoted(received).Split(';').Length - 1));
            }
        }
    }

    // What is outside of quoted strings, unfolded.
    private static string Unquoted(string text)
    {
        var plain = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted)
                plain.Append(text[i]);
        }
        Assert.False(isQuoted);
        return plain.Replace("\r\n\t", " ").ToString();
    }
}
