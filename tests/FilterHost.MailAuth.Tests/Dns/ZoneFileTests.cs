using System.Text;
using CsCheck;
using FilterHost.Dns;
using FilterHost.MailAuth.Dns;

namespace FilterHost.MailAuth.Tests.Dns;

/// <summary>What a zone file may look like (RFC 1035 §5.1).</summary>
public sealed class ZoneFileTests
{
    [Theory]
    [InlineData("$ORIGIN example.com.\na TXT x")]
    [InlineData("$ORIGIN com.\n$ORIGIN example\na TXT x")]
    [InlineData("$ORIGIN com\n$ORIGIN example\na TXT x")]
    [InlineData("$origin example.com.\nA txt x")]
    [InlineData("$ORIGIN a.example.com.\n@ TXT x")]
    [InlineData("$ORIGIN other.\na.example.com. TXT x")]
    [InlineData("$ORIGIN com.\n$ORIGIN .\na.example.com TXT x")]
    [InlineData("a.example.com TXT x")]
    [InlineData("a.example.com. A 192.0.2.1\n TXT x")]
    [InlineData("a.example.com. A 192.0.2.1\n\tTXT x")]
    [InlineData("a.example.com. A 192.0.2.1\n\n; a comment\n  ; and another\n TXT x")]
    [InlineData("a.example.com. A 192.0.2.1\n$TTL 5\n TXT x")]
    [InlineData("a.example.com. TXT x\r\n")]
    [InlineData("a.example.com. TXT x ; \"a comment\" ( with signs")]
    [InlineData("a.example.com. TXT x;a comment")]
    [InlineData("a.example.com. TXT ( x )")]
    [InlineData("a.example.com. TXT (x)")]
    [InlineData("a.example.com. ( ; a comment\nTXT\n\n ( x ; another\n ) )")]
    [InlineData("a.example.com. 300 IN TXT x")]
    [InlineData("a.example.com. IN 300 TXT x")]
    [InlineData("a.example.com. in TXT x")]
    [InlineData("a.example.com. TXT \"x\"")]
    [InlineData("a.example.com. TXT \"x\" \"\"")]
    [InlineData("a.example.com. TXT \"\"\"x\"")]
    [InlineData("a.example.com. TXT \\x")]
    [InlineData("a.example.com. TXT \\120")]
    [InlineData("\\097.\\example.com. TXT x")]
    public void Accepted_forms_of_a_record(string text) => Assert.Equal(["x"], Texts(Read(text), "a.example.com"));

    [Theory]
    [InlineData("\"v=DKIM1; p=\"", "v=DKIM1; p=")]
    [InlineData("v=DKIM1\\; p=", "v=DKIM1;p=")]
    [InlineData("\"a\" \"b\" c", "abc")]
    [InlineData("(\"a\"\n\"b\")", "ab")]
    [InlineData("\" a (b) \t@ $ORIGIN\"", " a (b) \t@ $ORIGIN")]
    [InlineData("\"\\\"\\\\\\a\"", "\"\\a")]
    [InlineData("\\\"a\\ b\\(", "\"a b(")]
    [InlineData("\"größe😀\"", "größe😀")]
    [InlineData("\\größe", "größe")]
    [InlineData("\"\\ü\"", "ü")]
    [InlineData("a=b$@", "a=b$@")]
    public void The_text_of_a_TXT_record(string written, string text) =>
        Assert.Equal([text], Texts(Read($"a.example.com. TXT {written}"), "a.example.com"));

    [Fact]
    public void A_backslash_and_three_digits_are_an_octet()
    {
        var written = string.Concat(Enumerable.Range(0, 256).Select(octet => $"\\{octet:D3}"));
        foreach (var text in (string[])[written, $"\"{written}\""])
        {
            var record = Assert.IsType<DnsRecord.Text>(Assert.Single(Ask(Read($"a.example. TXT {text}"), "a.example", DnsRecordType.Txt).Records));
            Assert.Equal(Enumerable.Range(0, 256).Select(octet => (byte)octet), record.Value.ToArray());
        }
    }

    [Fact]
    public void A_string_may_be_longer_than_DNS_has_them()
    {
        var text = new string('x', 1000);
        Assert.Equal([text], Texts(Read($"a.example. TXT \"{text}\""), "a.example"));
    }

    [Fact]
    public void Records_of_each_type()
    {
        var zone = Read("""
            $ORIGIN example.
            host A 192.0.2.1
                 A 192.0.2.2
                 AAAA 2001:db8::1
                 AAAA ::ffff:192.0.2.1
                 MX 10 mx
                 MX 65535 mx.example.com.
            null MX 0 .
            1.2.0.192.in-addr.arpa. PTR host
            """);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], Addresses(DnsRecordType.A));
        Assert.Equal(["2001:db8::1", "::ffff:192.0.2.1"], Addresses(DnsRecordType.Aaaa));
        Assert.Equal(
            [new DnsRecord.MailExchanger(10, DomainName.Parse("mx.example")), new DnsRecord.MailExchanger(65535, DomainName.Parse("mx.example.com"))],
            Ask(zone, "host.example", DnsRecordType.Mx).Records);
        // RFC 7505 §3.
        Assert.Equal([new DnsRecord.MailExchanger(0, null)], Ask(zone, "null.example", DnsRecordType.Mx).Records);
        Assert.Equal([new DnsRecord.Pointer(DomainName.Parse("host.example"))], Ask(zone, "1.2.0.192.in-addr.arpa", DnsRecordType.Ptr).Records);

        IEnumerable<string> Addresses(DnsRecordType type) =>
            Ask(zone, "host.example", type).Records.Cast<DnsRecord.Address>().Select(record => record.Value.ToString());
    }

    [Theory]
    [InlineData("a.example. SOA ns hostmaster.example. 1 2 3 4 5")]
    [InlineData("a.example. SOA ns john\\.doe.example. ( 1 2 3\n4 5 )")]
    [InlineData("a.example. NS ns.example.")]
    [InlineData("a.example. CAA 0 issue \"ca.example\"")]
    [InlineData("a.example. TYPE65280 \\# 4 0a000001")]
    public void Records_that_nobody_asks_for_make_the_name_exist(string text) =>
        Assert.Equal(DnsOutcome.NoData, Ask(Read(text), "a.example", DnsRecordType.Txt).Outcome);

    [Theory]
    [InlineData("a.example. TXT x", 3600)]
    [InlineData("a.example. 0 TXT x", 0)]
    [InlineData("$TTL 60\na.example. TXT x", 60)]
    [InlineData("$TTL 60\na.example. 5 TXT x", 5)]
    [InlineData("$TTL 60\na.example. IN 5 TXT x\n A 192.0.2.1", 5)]
    [InlineData("a.example. 5 TXT x\n 10 TXT y", 5)]
    [InlineData("$TTL 1h\na.example. TXT x", 3600)]
    [InlineData("$TTL 1H30m5s\na.example. TXT x", 5405)]
    [InlineData("$TTL 1w\na.example. 2d TXT x", 172800)]
    [InlineData("$TTL 2147483647\na.example. TXT x", int.MaxValue)]
    [InlineData("a.example. 7 CNAME b.example.\nb.example. 9 TXT x", 7)]
    [InlineData("a.example. 9 CNAME b.example.\nb.example. 7 TXT x", 7)]
    public void The_time_to_live(string text, int seconds) =>
        Assert.Equal(seconds, Ask(Read(text), "a.example", DnsRecordType.Txt).TimeToLive.TotalSeconds);

    [Theory]
    [InlineData("a.example. TXT x\na.example. FROB x", "line 2: 'FROB' is no record type that is known here; write it as TYPE and its number (RFC 3597), or leave it out")]
    [InlineData("a.example. CH TXT x", "line 1: 'CH' is no record type that is known here; write it as TYPE and its number (RFC 3597), or leave it out")]
    [InlineData("a.example. DNAME b.example.", "line 1: 'DNAME' is no record type that is known here; write it as TYPE and its number (RFC 3597), or leave it out")]
    [InlineData("a.example.", "line 1: the record has no type; write: name [time to live] [IN] type values")]
    [InlineData("a.example. 300 IN", "line 1: the record has no type; write: name [time to live] [IN] type values")]
    [InlineData("\n\n TXT x", "line 3: the record has no name, and there is none before it; begin the line with one")]
    [InlineData("@ TXT x", "line 1: '@' needs an $ORIGIN before it")]
    [InlineData("a..example. TXT x", "line 1: 'a..example.' is no name")]
    [InlineData("a\\.b.example. TXT x", "line 1: 'a\\.b.example.' is no name")]
    [InlineData("a\\046b.example. TXT x", "line 1: 'a\\046b.example.' is no name")]
    [InlineData("a\\001b.example. TXT x", "line 1: 'a\\001b.example.' is no name")]
    [InlineData("größe.example. TXT x", "line 1: 'größe.example.' is no name")]
    [InlineData(". TXT x", "line 1: '.' is no name")]
    [InlineData("$ORIGIN", "line 1: $ORIGIN needs one name")]
    [InlineData("$ORIGIN a b", "line 1: $ORIGIN needs one name")]
    [InlineData("$ORIGIN a..b", "line 1: $ORIGIN needs one name")]
    [InlineData("$ORIGIN a\\.b.", "line 1: $ORIGIN needs one name")]
    [InlineData("$TTL", "line 1: $TTL needs one time")]
    [InlineData("$TTL x", "line 1: $TTL needs one time")]
    [InlineData("$TTL 1y", "line 1: $TTL needs one time")]
    [InlineData("$TTL h", "line 1: $TTL needs one time")]
    [InlineData("$TTL -1", "line 1: $TTL needs one time")]
    [InlineData("$TTL 2147483648", "line 1: $TTL needs one time")]
    [InlineData("$TTL 99999999w", "line 1: $TTL needs one time")]
    [InlineData("$INCLUDE other", "line 1: '$INCLUDE' is not known here; $ORIGIN and $TTL are")]
    [InlineData("$GENERATE 1-9 a$ A 192.0.2.$", "line 1: '$GENERATE' is not known here; $ORIGIN and $TTL are")]
    [InlineData("a.example. A 2001:db8::1", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. A", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. A 192.0.2.1 192.0.2.2", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. A 192.0.2", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. A 192.0.2.010", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. A 3221225985", "line 1: A needs one IPv4 address")]
    [InlineData("a.example. AAAA 192.0.2.1", "line 1: AAAA needs one IPv6 address")]
    [InlineData("a.example. AAAA [2001:db8::1]", "line 1: AAAA needs one IPv6 address")]
    [InlineData("a.example. AAAA fe80::1%1", "line 1: AAAA needs one IPv6 address")]
    [InlineData("a.example. AAAA 2001:db8::/64", "line 1: AAAA needs one IPv6 address")]
    [InlineData("a.example. MX mx.example.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX x mx.example.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX 65536 mx.example.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX -1 mx.example.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX 10", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX 10 a..b.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. MX 10 a\\.b.example.", "line 1: MX needs a preference from 0 to 65535 and a name")]
    [InlineData("a.example. PTR", "line 1: PTR needs one name")]
    [InlineData("a.example. PTR .", "line 1: PTR needs one name")]
    [InlineData("a.example. PTR a b", "line 1: PTR needs one name")]
    [InlineData("a.example. CNAME a..b", "line 1: CNAME needs one name")]
    [InlineData("a.example. CNAME", "line 1: CNAME needs one name")]
    [InlineData("a.example. CNAME b.example.\na.example. TXT x", "line 2: a.example is an alias, and an alias has no other records (RFC 1034 §3.6.2)")]
    [InlineData("a.example. TXT x\na.example. CNAME b.example.", "line 2: a.example is an alias, and an alias has no other records (RFC 1034 §3.6.2)")]
    [InlineData("a.example. CNAME b.example.\na.example. CNAME c.example.", "line 2: a.example is an alias, and an alias has no other records (RFC 1034 §3.6.2)")]
    [InlineData("s._domainkey IN TXT ( \"v=DKIM1; p=x\" ) ; DKIM key s for example.com", "line 1: s._domainkey has no domain behind it; write the whole name, s._domainkey.example.com, or begin the file with $ORIGIN example.com.")]
    [InlineData("$ORIGIN .\n_dmarc TXT x", "line 2: _dmarc has no domain behind it")]
    [InlineData("a.example. TXT", "line 1: TXT needs text")]
    [InlineData("a.example. FAIL", "line 1: FAIL needs SERVFAIL or TIMEOUT")]
    [InlineData("a.example. FAIL NXDOMAIN", "line 1: FAIL needs SERVFAIL or TIMEOUT")]
    [InlineData("a.example. TXT \"x", "line 1: a quotation mark is not closed on its line")]
    [InlineData("a.example. TXT \"x\\\"", "line 1: a quotation mark is not closed on its line")]
    [InlineData("a.example. TXT (\n\"x\n)", "line 2: a quotation mark is not closed on its line")]
    [InlineData("; a comment\na.example. TXT ( x\ny", "line 2: a parenthesis is not closed")]
    [InlineData("a.example. TXT x )", "line 1: a parenthesis is closed that was not opened")]
    [InlineData("a.example. TXT ) x (", "line 1: a parenthesis is closed that was not opened")]
    [InlineData("a.example. TXT (\nx ) )", "line 2: a parenthesis is closed that was not opened")]
    [InlineData("a.example. TXT x\\", "line 1: a backslash needs a character, or three digits up to 255")]
    [InlineData("a.example. TXT \\256", "line 1: a backslash needs a character, or three digits up to 255")]
    [InlineData("a.example. TXT \\25x", "line 1: a backslash needs a character, or three digits up to 255")]
    [InlineData("a.example. TXT \"\\1\"", "line 1: a backslash needs a character, or three digits up to 255")]
    public void What_is_wrong_is_said_with_its_line_and_what_is_right(string text, string problem)
    {
        Assert.False(ZoneFile.TryParse(text, out var zone, out var said));
        Assert.Null(zone);
        Assert.StartsWith(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_throws()
    {
        string[] pieces =
        [
            "a", "example.", "@", "$ORIGIN", "$TTL", "TXT", "A", "AAAA", "MX", "CNAME", "FAIL", "IN", "1", "192.0.2.1", "::1", " ", " ", "\t", "\n", "\n", "\r", "(", ")", ";", "\"", "\\", "\\0", "\\300", ".", "\0", "\uD800", "😀", "\u2028",
        ];
        Gen.Int[0, pieces.Length - 1].Array[0, 30].Select(chosen => string.Concat(chosen.Select(piece => pieces[piece]))).Sample(text => ZoneFile.TryParse(text, out _, out var problem) || problem!.StartsWith("line ", StringComparison.Ordinal), iter: 5000);
    }

    internal static ZoneFile Read(string text)
    {
        Assert.True(ZoneFile.TryParse(text, out var zone, out var problem), problem);
        return zone;
    }

    internal static DnsAnswer Ask(ZoneFile zone, string name, DnsRecordType type)
    {
        Assert.True(DomainName.TryParseQueryName(name, out var parsed));
        return zone.Answer(parsed, type);
    }

    private static IEnumerable<string> Texts(ZoneFile zone, string name) =>
        Ask(zone, name, DnsRecordType.Txt).Records.Cast<DnsRecord.Text>().Select(record => Encoding.UTF8.GetString(record.Value.Span));
}
