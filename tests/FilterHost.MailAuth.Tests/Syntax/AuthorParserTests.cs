using System.Text;
using FilterHost.MailAuth.Syntax;
using MimeKit;

namespace FilterHost.MailAuth.Tests.Syntax;

public sealed class AuthorParserTests
{
    [Theory]
    [InlineData("a@example.com", "a", "example.com")]
    [InlineData(" A <a@example.com>", "a", "example.com")]
    [InlineData(" \"x@y.example <z@w>\" <a@example.com>", "a", "example.com")]
    [InlineData(" (c (d) \\) ) a@example.com (e)", "a", "example.com")]
    [InlineData(" =?utf-8?q?x=40victim.example?= <a@example.com>", "a", "example.com")]
    [InlineData(" John Q. Public\r\n\t<a@example.com>", "a", "example.com")]
    [InlineData(" \"a b\"@example.com", "a b", "example.com")]
    [InlineData(" \"a\\\"b\"@example.com", "a\"b", "example.com")]
    [InlineData(" a.b@example.com", "a.b", "example.com")]
    [InlineData(" Jürgen <jürgen@bücher.example>", "jürgen", "xn--bcher-kva.example")]
    [InlineData(" Group: a@example.com;", "a", "example.com")]
    [InlineData(" a@Example.com <a@example.com>", "a", "example.com")]
    [InlineData("a@example.com<a@example.com> (c)", "a", "example.com")]
    public void One_mailbox_is_read(string body, string local, string domain) =>
        Assert.Equal(new Author.One(new AuthorMailbox(local, DomainName.Parse(domain))), Parse(body));

    [Fact]
    public void Several_mailboxes_are_all_read()
    {
        var several = Assert.IsType<Author.Several>(Parse(" a@example.com, B <b@example.org>, G: c@example.net, d@example.net;"));
        Assert.Equal(["example.com", "example.org", "example.net", "example.net"], several.Mailboxes.Select(mailbox => mailbox.Domain.ToString()));
    }

    [Theory]
    [InlineData(" undisclosed:;")]
    [InlineData(" undisclosed: (none) ;")]
    public void An_empty_group_has_no_author(string body) => Assert.IsType<Author.None>(Parse(body));

    // The server attacks of "Composition Kills" (Chen, Paxson, Jiang 2020) that reach the parser, by their numbers there.
    [Theory]
    [InlineData("A15 octets before a comma", " YWRtaW5AdmljdGltLmV4YW1wbGU=,<a@attack.example>")]
    [InlineData("A16 source route", " <@attack.example,@any.example:admin@victim.example>")]
    [InlineData("A17 quoted pair before a comma", " admin@victim.example\\,<second@attack.example>")]
    [InlineData("A18 unquoted specials", " admin@victim.example<second@attack.example>")]
    [InlineData("A19 bracket and more", " <admin@victim.example>second@attack.example")]
    [InlineData("another address before the brackets", " a@example.com <b@example.com>")]
    [InlineData("an address after the brackets", " <a@example.com> a@example.com")]
    [InlineData("two brackets", " <a@victim.example><b@attack.example>")]
    [InlineData("nothing", "")]
    [InlineData("empty brackets", " <>")]
    [InlineData("no domain", " a")]
    [InlineData("no closing bracket", " <a@example.com")]
    [InlineData("no closing quote", " \"a <a@example.com>")]
    [InlineData("no closing comment", " (a a@example.com")]
    [InlineData("trailing comma", " a@example.com,")]
    [InlineData("white space in the local part", " a b@example.com")]
    [InlineData("two ats", " a@b@example.com")]
    [InlineData("a literal", " a@[192.0.2.1]")]
    [InlineData("NUL", " a@example.com\0.evil.example")]
    [InlineData("NUL in quotes", " \"a\0\" <a@example.com>")]
    [InlineData("a nested group", " a: b: c@example.com;;")]
    [InlineData("a group that does not end", " a: c@example.com")]
    [InlineData("a trailing dot", " a@example.com.")]
    public void What_two_readers_could_read_differently_is_unparsable(string what, string body) =>
        Assert.True(Parse(body) is Author.Unparsable, what);

    [Theory]
    [InlineData("From", "From")]
    [InlineData("From", "from")]
    [InlineData("From", "From ")]
    [InlineData("From", " From")]
    public void A8_to_A11_two_From_fields_are_several_however_they_are_written(string first, string second)
    {
        var header = new HeaderSection([Field(first, " a@example.com"), Field("To", " b@example.net"), Field(second, " c@victim.example")]);
        Assert.IsType<Author.SeveralFields>(AuthorParser.Parse(header));
    }

    [Theory]
    [InlineData("Sender")]
    [InlineData("Resent-From")]
    public void A12_A13_other_fields_are_no_author(string name) =>
        Assert.IsType<Author.None>(AuthorParser.Parse(new HeaderSection([Field(name, " a@victim.example")])));

    [Fact]
    public void Comments_nested_too_deep_and_long_fields_cost_little()
    {
        Assert.IsType<Author.Unparsable>(Parse(new string('(', 1_000_000)));
        Assert.IsType<Author.Unparsable>(Parse(" " + new string('(', 60) + new string(')', 60) + "a@example.com"));
        Assert.Equal(100_000, Assert.IsType<Author.Several>(Parse(string.Join(',', Enumerable.Repeat("a@b.example", 100_000)))).Mailboxes.Count);
    }

    [Fact]
    public void On_ordinary_fields_MimeKit_reads_the_same()
    {
        foreach (var body in new[] { "a@example.com", "\"A, B\" <a@example.com>", "A (c) <a@example.com>", "a@example.com, b@example.org", "=?utf-8?q?=C3=BC?= <a@example.com>" })
        {
            var mailboxes = Parse(body) switch
            {
                Author.One one => [one.Mailbox],
                Author.Several several => several.Mailboxes,
                _ => [],
            };
            Assert.Equal(InternetAddressList.Parse(body).Mailboxes.Select(mailbox => mailbox.Address), mailboxes.Select(mailbox => $"{mailbox.LocalPart}@{mailbox.Domain}"));
        }
    }

    [Fact]
    public void No_prefix_and_no_changed_octet_throws()
    {
        var seed = Encoding.UTF8.GetBytes(" \"q\\\"x\" (c(d)) Jü =?utf-8?q?x?= <\"l p\".b@bücher.example>, G: a@b.example, c@d.example;");
        for (var length = 0; length <= seed.Length; length++)
            AuthorParser.ParseField(seed.AsSpan(0, length));
        for (var position = 0; position < seed.Length; position++)
        {
            for (var octet = 0; octet < 256; octet++)
            {
                var changed = (byte[])seed.Clone();
                changed[position] = (byte)octet;
                AuthorParser.ParseField(changed);
            }
        }
    }

    private static Author Parse(string body) => AuthorParser.ParseField(Encoding.UTF8.GetBytes(body));

    private static HeaderField Field(string name, string body) => new(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(body));
}
