using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>Injection into names and results, and forged fields: what "Composition Kills" (USENIX Security 2020, A3 to A7), its successors and the CVEs of other filters did.</summary>
public sealed class AuthenticationResultsAttackTests
{
    private static readonly string[] Ours = ["mx.example.com", "b\u00fccher.example"];

    [Theory]
    [InlineData(" mx.example.com; dkim=pass header.d=attacker.\0.any header.s=s")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"attacker.\0.any\" header.s=s")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"attacker.\\\0.any\" header.s=s")]
    [InlineData(" mx.example.com; dkim=pass header.d=any header.s=selector._domainkey.attacker.\0")]
    public void A3_a_NUL_in_d_or_s_makes_no_field(string body) => Assert.Null(ReadOrNull(body));

    [Fact]
    public void A3_a_NUL_in_a_selector_is_not_written()
    {
        var result = new DkimSignatureResult { Outcome = DkimOutcome.Pass, SigningDomain = DomainName.Parse("any.example"), Selector = "selector._domainkey.attacker.\0.any" };
        Assert.Equal(result with { Selector = null, Provenance = ResultProvenance.Field }, Assert.Single(WriteAndRead(result)));
    }

    public static IEnumerable<TheoryDataRow<string>> BrokenLocalParts => [new("admin@victim.example'"), new("any(.victim.example"), new("any'@victim.example"), new("a\"; dmarc=pass header.from=victim.example; x=\"b"), new("a\\"), new("(any@victim.example"), new("<admin@victim.example>")];

    [Theory]
    [MemberData(nameof(BrokenLocalParts))]
    public void A4_A5_A6_quotes_and_parentheses_before_the_domain_do_not_change_it(string local)
    {
        var attacker = DomainName.Parse("attacker.example");
        var results = WriteAndRead(
            new SpfResult { Outcome = SpfOutcome.Pass, Identity = SpfIdentity.MailFrom, Mailbox = $"{local}@attacker.example", Domain = attacker },
            new DkimSignatureResult { Outcome = DkimOutcome.Pass, SigningDomain = attacker, UserIdentifier = $"{local}@attacker.example" });
        Assert.Equal(attacker, Assert.IsType<SpfResult>(results[0]).Domain);
        Assert.Equal(attacker, Assert.IsType<DkimSignatureResult>(results[1]).SigningDomain);
        Assert.EndsWith("@attacker.example", Assert.IsType<DkimSignatureResult>(results[1]).UserIdentifier, StringComparison.Ordinal);
        Assert.Equal(2, results.Count);
    }

    [Fact]
    public async Task A4_A5_A6_a_second_reader_finds_the_same_domain()
    {
        var locals = BrokenLocalParts.Select(static row => row.Data).ToList();
        var fields = locals.ConvertAll(static local => AuthenticationResultsWriter.Write("mx.example.com", [new SpfResult { Outcome = SpfOutcome.Pass, Identity = SpfIdentity.MailFrom, Mailbox = $"{local}@attacker.example" }], false));
        foreach (var (field, answer) in fields.Zip(await AuthenticationResultsSecondReader.ReadAsync(fields)))
        {
            var result = Assert.Single(answer);
            Assert.Equal("spf=pass", result[0]);
            Assert.True(string.Concat(result[1..]).TrimEnd('=').EndsWith("@attacker.example", StringComparison.Ordinal), field.ToString());
        }
    }

    [Theory]
    [InlineData(" mx.example.com; dkim=pass header.d=example.net(.example.com header.i=@example.com")]
    [InlineData(" mx.example.com; dkim=pass header.d=example.net(.example.com header.i=@example.com; dmarc=pass (p=none dis=none) header.from=example.net")]
    [InlineData(" mx.example.com; dkim=pass header.d=example.net(.example.com) header.i=@example.com")]
    [InlineData(" mx.example.com; spf=pass smtp.mailfrom=a@example.net(.example.com)")]
    public void CVE_2020_12272_a_comment_that_begins_within_a_domain_is_rejected(string body) => Assert.Null(ReadOrNull(body));

    [Fact]
    public void CVE_2020_12272_a_quoted_domain_with_a_parenthesis_is_no_domain() =>
        Assert.Null(Assert.IsType<DkimSignatureResult>(Assert.Single(ReadOrNull(" mx.example.com; dkim=pass header.d=\"example.net(.example.com\"")!.Results)).SigningDomain);

    [Fact]
    public void CVE_2019_20790_a_result_for_the_HELO_name_is_none_for_the_reverse_path()
    {
        var spf = Assert.IsType<SpfResult>(Assert.Single(ReadOrNull(" mx.example.com; spf=pass smtp.helo=victim.example")!.Results));
        Assert.Equal(SpfIdentity.Helo, spf.Identity);
        Assert.Null(Assert.IsType<SpfResult>(Assert.Single(ReadOrNull(" mx.example.com; spf=pass")!.Results)).Domain);
    }

    [Theory]
    [InlineData("\r\nX-Evil: 1")]
    [InlineData("\nAuthentication-Results: mx.example.com; dmarc=pass")]
    [InlineData("\r")]
    [InlineData("\0")]
    [InlineData(";dmarc=pass header.from=victim.example")]
    [InlineData("; dmarc=pass")]
    [InlineData("\"; dmarc=pass; x=\"")]
    [InlineData("\\\"; dmarc=pass; x=\"")]
    [InlineData("\\")]
    [InlineData("(")]
    [InlineData(") ; dmarc=pass (")]
    [InlineData("\u2028; dmarc=pass")]
    [InlineData("\u0085; dmarc=pass")]
    public void No_value_that_is_copied_makes_another_field_or_result(string value)
    {
        var domain = DomainName.Parse("example.org");
        AuthenticationResult[] results =
        [
            new SpfResult { Outcome = SpfOutcome.Fail, Identity = SpfIdentity.MailFrom, Mailbox = $"{value}@example.org", Domain = domain, Reason = value },
            new SpfResult { Outcome = SpfOutcome.Fail, Identity = SpfIdentity.Helo, Mailbox = value, Reason = value },
            new DkimSignatureResult { Outcome = DkimOutcome.Fail, SigningDomain = domain, UserIdentifier = $"{value}@example.org", Selector = value, Algorithm = value, SignaturePrefix = value, Reason = value },
            new DmarcResult { Outcome = DmarcOutcome.Fail, AuthorDomain = domain, Reason = value },
            new GenericResult(value, value, new ResultProperty(value, value, value), new ResultProperty("policy", value, value), new ResultProperty(value, "a", value), new ResultProperty("policy", "a", value)) { Reason = value },
        ];
        foreach (var allowUtf8 in new[] { false, true })
        {
            var text = AuthenticationResultsWriter.Write("mx.example.com", results, allowUtf8).ToString();
            Assert.All(text.Split("\r\n").Skip(1), static line => Assert.Matches("^\t[^ \t\r\n]", line));
            Assert.DoesNotContain(text.Replace("\r\n\t", "", StringComparison.Ordinal), char.IsControl);
            var read = AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(text["Authentication-Results:".Length..]));
            Assert.NotNull(read);
            Assert.Equal(["spf=fail", "spf=fail", "dkim=fail", "dmarc=fail"], read.Results.Take(4).Select(static result => $"{result.Method}={result.Word}"));
            Assert.Equal(5, read.Results.Count);
        }
    }

    [Fact]
    public void A7_A16_of_a_source_route_the_domain_is_that_of_the_final_mailbox()
    {
        Assert.Null(ReadOrNull(" mx.example.com; spf=pass smtp.mailfrom=@victim.example,@any.example:user@attacker.example"));
        Assert.Null(ReadOrNull(" mx.example.com; spf=pass smtp.mailfrom=<@victim.example:user@attacker.example>"));
        var spf = Assert.IsType<SpfResult>(Assert.Single(ReadOrNull(" mx.example.com; spf=pass smtp.mailfrom=@victim.example:user@attacker.example")!.Results));
        Assert.Equal(DomainName.Parse("attacker.example"), spf.Domain);
    }

    [Theory]
    [InlineData("header.d.x=victim.example")]
    [InlineData("header.i.x=@victim.example header.d.d=victim.example")]
    [InlineData("__proto__.d=victim.example")]
    [InlineData("header.__proto__=victim.example")]
    [InlineData("constructor.prototype=victim.example")]
    [InlineData("smtp.d=victim.example")]
    [InlineData("d=victim.example")]
    [InlineData("header.d=victim.example")]
    [InlineData("HEADER.D=victim.example")]
    public void Crafted_property_keys_do_not_overwrite_results(string property)
    {
        var dkim = Assert.IsType<DkimSignatureResult>(Assert.Single(ReadOrNull($" mx.example.com; dkim=pass header.d=attacker.example header.i=@attacker.example {property}")!.Results));
        Assert.Equal(("attacker.example", "@attacker.example"), (dkim.SigningDomain?.ToString(), dkim.UserIdentifier));
    }

    [Theory]
    [InlineData("mx.example.com")]
    [InlineData("MX.EXAMPLE.COM")]
    [InlineData("\"mx.example.com\"")]
    [InlineData("\"m\\x.Example.com\"")]
    [InlineData("\"mx.example.com/4XyZ\"")]
    [InlineData("mx.example.com/4XyZ")]
    [InlineData("(a)mx.example.com(b)")]
    [InlineData("\r\n\t(a\r\n (b)) mx.example.com\r\n\t")]
    [InlineData("mx.example.com 1")]
    [InlineData("mx.example.com(a)1")]
    [InlineData("mx.example.com 2")]
    [InlineData("mx.example.com 99999999999999999999")]
    [InlineData("mx.example.com.")]
    [InlineData("xn--bcher-kva.EXAMPLE")]
    [InlineData("bu\u0308cher.example")]
    [InlineData("mx\u3002example\uff0ecom")]
    [InlineData("mx.ex\u00adample.com")]
    public void A_field_with_our_id_is_forged_in_every_spelling_and_is_ours_to_the_reader(string id)
    {
        foreach (var rest in new[] { ";dkim=pass", " ; none", "; x" })
        {
            var body = Encoding.UTF8.GetBytes($" {id}{rest}");
            Assert.True(AuthenticationResultsField.ClaimsAuthservId(body, Ours));
            Assert.True(AuthenticationResultsField.Read(body)?.IsFrom(Ours) ?? true);
        }
    }

    [Theory]
    [InlineData(" mx . example . com; dkim=pass")]
    [InlineData(" mx.(a)example.com; dkim=pass")]
    [InlineData(" mx.\r\n\texample.com; dkim=pass")]
    [InlineData(" mx.exam(a)ple.com; dkim=pass")]
    [InlineData(" mx.ex\\ample.com; dkim=pass")]
    [InlineData(" mx.exa\0mple.com; dkim=pass")]
    [InlineData(" mx.exa\u0001mple.com; dkim=pass")]
    [InlineData(" \"mx\".example.com; dkim=pass")]
    [InlineData(" mx.\"example\".com; dkim=pass")]
    [InlineData(" \"mx.example.com; dkim=pass")]
    [InlineData(" \"mx.example.com\0\"; dkim=pass")]
    [InlineData(" mx.example.com=; dkim=pass")]
    [InlineData(" <mx.example.com>; dkim=pass")]
    [InlineData(" =?utf-8?q?mx.example.com?=; dkim=pass")]
    [InlineData(" i=1; mx.example.com; dkim=pass")]
    [InlineData(" ((((((((((((((((((((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))))))))))))))))))))) mx.example.com; dkim=pass")]
    [InlineData(" dkim=pass; mx.example.com")]
    public void A_field_that_does_not_parse_and_holds_our_id_is_forged(string body)
    {
        Assert.True(AuthenticationResultsField.ClaimsAuthservId(Encoding.UTF8.GetBytes(body), Ours));
        Assert.Null(ReadOrNull(body));
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0xC3)]
    public void An_octet_that_is_not_UTF8_does_not_hide_our_id(byte octet) =>
        Assert.True(AuthenticationResultsField.ClaimsAuthservId([.. " mx.exam"u8, octet, .. "ple.com; dkim=pass"u8], Ours));

    [Theory]
    [InlineData(" mx . example . company; dkim=pass")]
    [InlineData(" amx . example . com; dkim=pass")]
    [InlineData(" mx example.com; dkim=pass")]
    [InlineData(" other.example/mx.example.com; dkim=pass")]
    public void A_field_that_holds_another_id_is_kept(string body) => Assert.False(AuthenticationResultsField.ClaimsAuthservId(Encoding.UTF8.GetBytes(body), Ours));

    [Fact]
    public void An_id_that_is_no_domain_is_found_too()
    {
        Assert.True(AuthenticationResultsField.ClaimsAuthservId(" \"mail of EXAMPLE\"; none"u8, ["Mail of Example"]));
        Assert.True(AuthenticationResultsField.ClaimsAuthservId(" mail of example; none"u8, ["Mail of Example"]));
        Assert.False(AuthenticationResultsField.ClaimsAuthservId(" mail of another; none"u8, ["Mail of Example"]));
    }

    [Fact]
    public void Of_fifty_forged_fields_among_others_all_are_found_and_no_other()
    {
        string[] spellings = ["mx.example.com", "MX.example.COM", "\"mx.example.com\"", "(a) mx.example.com", "\r\n\tmx.example.com 1"];
        for (var i = 0; i < 50; i++)
        {
            Assert.True(AuthenticationResultsField.ClaimsAuthservId(Encoding.ASCII.GetBytes($" {spellings[i % spellings.Length]}; dkim=pass header.d=d{i}.example"), Ours));
            Assert.False(AuthenticationResultsField.ClaimsAuthservId(Encoding.ASCII.GetBytes($" mx{i}.example.com; dkim=pass header.d=mx.example.com"), Ours));
        }
    }

    [Theory]
    [InlineData("mail.example.com")]
    [InlineData("com")]
    [InlineData("example.com")]
    [InlineData("localhost")]
    public void A_guessed_id_is_trusted_only_where_it_is_listed(string id)
    {
        var field = ReadOrNull($" {id}; dmarc=pass header.from=victim.example");
        Assert.NotNull(field);
        Assert.False(field.IsFrom(Ours));
        Assert.True(field.IsFrom([.. Ours, id]));
    }

    [Fact]
    public void A_result_of_DMARC_names_the_author_domain_for_which_it_was_found()
    {
        Assert.Equal(DomainName.Parse("victim.example"), Assert.IsType<DmarcResult>(Assert.Single(ReadOrNull(" mx.example.com; dmarc=pass header.from=Victim.Example")!.Results)).AuthorDomain);
        Assert.Null(Assert.IsType<DmarcResult>(Assert.Single(ReadOrNull(" mx.example.com; dmarc=pass")!.Results)).AuthorDomain);
    }

    private static AuthenticationResultsField? ReadOrNull(string body) => AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(body));

    private static IReadOnlyList<AuthenticationResult> WriteAndRead(params AuthenticationResult[] results)
    {
        var field = AuthenticationResultsField.Read(AuthenticationResultsWriter.Write("mx.example.com", results, allowUtf8: false).Body.Span);
        Assert.NotNull(field);
        return field.Results;
    }
}
