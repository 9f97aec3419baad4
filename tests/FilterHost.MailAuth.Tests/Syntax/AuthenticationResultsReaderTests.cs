using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>RFC 8601 §2.2: the syntax, and what typed results make of it.</summary>
public sealed class AuthenticationResultsReaderTests
{
    [Theory]
    [InlineData(" mx.example.com; none", "mx.example.com")]
    [InlineData("mx.example.com;none", "mx.example.com")]
    [InlineData(" MX.Example.COM.; none", "mx.example.com")]
    [InlineData(" \"mx.ex\\ample.com\"; none", "mx.example.com")]
    [InlineData(" (a (b) \\) c) mx.example.com (d) ; (e) none (f)", "mx.example.com")]
    [InlineData(" b\u00fccher.example; none", "xn--bcher-kva.example")]
    [InlineData(" \"B\u00dcCHER.example\"; none", "xn--bcher-kva.example")]
    [InlineData(" \"Mail of Example\"; none", "mail of example")]
    [InlineData(" \"two\r\n\twords\"; none", "two words")]
    public void The_id_is_unquoted_and_normalized(string body, string id)
    {
        var field = Read(body);
        Assert.Equal(id, field.AuthservId);
        Assert.Equal(1, field.Version);
        Assert.Empty(field.Results);
    }

    [Theory]
    [InlineData(" mx.example.com 1; dkim=pass", 1)]
    [InlineData(" mx.example.com (a) 01 (b) ; dkim=pass", 1)]
    [InlineData(" mx.example.com 2; dkim=pass", 2)]
    [InlineData(" mx.example.com 99999999999999999999; dkim=pass", int.MaxValue)]
    public void Of_another_version_nothing_but_the_id_is_known(string body, int version)
    {
        var field = Read(body);
        Assert.Equal(("mx.example.com", version), (field.AuthservId, field.Version));
        Assert.Equal(version == 1 ? 1 : 0, field.Results.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(";")]
    [InlineData(" mx.example.com")]
    [InlineData(" mx.example.com;")]
    [InlineData(" \"\"; none")]
    [InlineData(" mx.example.com dkim=pass")]
    [InlineData(" dkim=pass header.d=example.com")]
    [InlineData(" mx.example.com 1 2; none")]
    [InlineData(" mx.example.com; none; dkim=pass")]
    [InlineData(" mx.example.com; dkim=pass; none")]
    [InlineData(" mx.example.com; none header.d=example.com")]
    [InlineData(" mx.example.com; dkim")]
    [InlineData(" mx.example.com; dkim=")]
    [InlineData(" mx.example.com; =pass")]
    [InlineData(" mx.example.com;; dkim=pass")]
    [InlineData(" mx.example.com; dkim=pass header")]
    [InlineData(" mx.example.com; dkim=pass header.d")]
    [InlineData(" mx.example.com; dkim=pass header.=x")]
    [InlineData(" mx.example.com; dkim=pass .d=x")]
    [InlineData(" mx.example.com; dkim=pass header.d=a,b")]
    [InlineData(" mx.example.com; dkim=pass header.d=<a>")]
    [InlineData(" mx.example.com; dkim=pass header.d=a\"b\"")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\"b")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\"header.i=b")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\\")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\r\nb\"")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\rb\"")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\u0001b\"")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\u0085b\"")]
    [InlineData(" mx.example.com; dkim=pass header.d=a\u0085b")]
    [InlineData(" mx.example.com; dkim=pass header.d=\"a\\\rb\"")]
    [InlineData(" mx.example.com; dkim=pass (comment")]
    [InlineData(" mx.example.com; dkim=pass )")]
    [InlineData(" mx.example.com; dkim/x=pass")]
    public void What_does_not_parse_is_no_field_and_no_part_of_one(string body) =>
        Assert.Null(AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Octets_that_are_not_UTF8_are_no_value()
    {
        Assert.Null(AuthenticationResultsField.Read([.. " mx.example.com; dkim=pass header.s=a"u8, 0xFC, .. "b"u8]));
        Assert.NotNull(AuthenticationResultsField.Read([.. " mx.example.com; dkim=pass (a"u8, 0xFC, .. "b)"u8]));
    }

    [Fact]
    public void White_space_and_comments_may_stand_between_all_words()
    {
        var field = Read("\r\n\t(a) mx.example.com (b) 1 (c) ;\r\n (d) DKIM (e) / (f) 1 (g) =\r\n\t(h) PASS (i) reason (j) = (k) \"why; (not)\" (l)\r\n header (m) . (n) D (o) = (p) Example.com (q) ; spf=none");
        Assert.Equal(
            [
                new DkimSignatureResult { Outcome = DkimOutcome.Pass, SigningDomain = DomainName.Parse("example.com"), Reason = "why; (not)", Provenance = ResultProvenance.Field },
                new SpfResult { Outcome = SpfOutcome.None, Identity = SpfIdentity.MailFrom, Provenance = ResultProvenance.Field },
            ],
            field.Results);
    }

    [Fact]
    public void A_signature_has_all_that_the_field_says()
    {
        var field = Read(" mx.example.com; dkim=fail reason=\"body hash\" header.d=b\u00fccher.example header.i=\"a b\"@example.com header.s=s1.x header.a=rsa-sha256 header.b=\"a/b+c=\" policy.uncovered-bytes=12");
        Assert.Equal(
            new DkimSignatureResult
            {
                Outcome = DkimOutcome.Fail,
                Reason = "body hash",
                SigningDomain = DomainName.Parse("xn--bcher-kva.example"),
                UserIdentifier = "a b@example.com",
                Selector = "s1.x",
                Algorithm = "rsa-sha256",
                SignaturePrefix = "a/b+c=",
                UncoveredBytes = 12,
                Provenance = ResultProvenance.Field,
            },
            Assert.Single(field.Results));
    }

    [Theory]
    [InlineData("smtp.mailfrom=a@example.com", SpfIdentity.MailFrom, "a@example.com", "example.com")]
    [InlineData("smtp.mailfrom=\"a b@c\"@example.com", SpfIdentity.MailFrom, "a b@c@example.com", "example.com")]
    [InlineData("smtp.mailfrom=\"a@example.com\"", SpfIdentity.MailFrom, "a@example.com", "example.com")]
    [InlineData("smtp.mailfrom=@example.com", SpfIdentity.MailFrom, "@example.com", "example.com")]
    [InlineData("smtp.mailfrom=example.com", SpfIdentity.MailFrom, "example.com", "example.com")]
    [InlineData("smtp.mailfrom=j\u00fcrgen@b\u00fccher.example", SpfIdentity.MailFrom, "j\u00fcrgen@b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("smtp.mailfrom=SRS0=a=b=c=d@example.com", SpfIdentity.MailFrom, "SRS0=a=b=c=d@example.com", "example.com")]
    [InlineData("smtp.mailfrom=a@[192.0.2.1]", SpfIdentity.MailFrom, "a@[192.0.2.1]", null)]
    [InlineData("smtp.mailfrom=\"\"", SpfIdentity.MailFrom, "", null)]
    [InlineData("smtp.helo=mail.example.com", SpfIdentity.Helo, "mail.example.com", "mail.example.com")]
    [InlineData("smtp.helo=mail.example.com smtp.mailfrom=a@example.com", SpfIdentity.MailFrom, "a@example.com", "example.com")]
    [InlineData("smtp.remote-ip=192.0.2.1", SpfIdentity.MailFrom, null, null)]
    public void The_identity_of_SPF_is_the_property_that_names_it(string properties, SpfIdentity identity, string? mailbox, string? domain)
    {
        var spf = Assert.IsType<SpfResult>(Assert.Single(Read($" mx.example.com; spf=softfail {properties}").Results));
        Assert.Equal((SpfOutcome.SoftFail, identity, mailbox, domain), (spf.Outcome, spf.Identity, spf.Mailbox, spf.Domain?.ToString()));
        Assert.Null(spf.IsNullPath);
    }

    [Fact]
    public void The_policy_of_DMARC_is_our_property_before_any_comment()
    {
        var dmarc = Assert.IsType<DmarcResult>(Assert.Single(Read(" mx.example.com; dmarc=fail (p=none dis=quarantine) header.from=Example.com policy.dmarc=reject").Results));
        Assert.Equal((DmarcOutcome.Fail, "example.com", DmarcPolicy.Reject, DmarcPolicy.Quarantine), (dmarc.Outcome, dmarc.AuthorDomain?.ToString(), dmarc.Policy, dmarc.Disposition));
        Assert.Null(dmarc.IsDkimAligned);
        Assert.Null(dmarc.Tags);
    }

    [Theory]
    [InlineData("dkim=softfail")]
    [InlineData("dkim=1")]
    [InlineData("spf=hardfail")]
    [InlineData("dmarc=bestguesspass")]
    [InlineData("dmarc=policy")]
    public void A_word_that_the_method_does_not_have_leaves_the_result_generic(string result)
    {
        var generic = Assert.IsType<GenericResult>(Assert.Single(Read($" mx.example.com; {result} header.from=example.com reason=x").Results));
        Assert.Equal((result, "x", ResultProvenance.Field), ($"{generic.Method}={generic.Word}", generic.Reason, generic.Provenance));
        Assert.Equal([new ResultProperty("header", "from", "example.com")], generic.Properties);
    }

    [Fact]
    public void A_result_of_another_version_of_its_method_is_left_out() =>
        Assert.Equal("spf", Assert.Single(Read(" mx.example.com; dkim/2=pass header.d=example.com; spf/1=pass").Results).Method);

    [Fact]
    public void Other_methods_keep_their_properties_in_order()
    {
        var generic = Assert.IsType<GenericResult>(Assert.Single(Read(" mx.example.com; Auth=Pass SMTP.Auth=A@example.com policy.b=\"x y\" (c) policy.a=z").Results));
        Assert.Equal("auth=pass", $"{generic.Method}={generic.Word}");
        Assert.Equal([new("smtp", "auth", "A@example.com"), new("policy", "b", "x y"), new ResultProperty("policy", "a", "z")], generic.Properties);
    }

    [Theory]
    [InlineData("header.d=\"example.net(.example.com\"")]
    [InlineData("header.d=\"exa mple.com\"")]
    [InlineData("header.d=\"\"")]
    [InlineData("header.d=.")]
    [InlineData("header.d=a..b")]
    [InlineData("header.i=example.com")]
    public void What_is_no_domain_and_no_identifier_is_not_known(string property)
    {
        var dkim = Assert.IsType<DkimSignatureResult>(Assert.Single(Read($" mx.example.com; dkim=pass {property}").Results));
        Assert.Null(dkim.SigningDomain);
        Assert.Null(dkim.UserIdentifier);
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    public void Comments_are_nested_at_most_fifty_deep(int depth, bool isRead) =>
        Assert.Equal(isRead, AuthenticationResultsField.Read(Encoding.ASCII.GetBytes($" mx.example.com; dkim=pass {new string('(', depth)}{new string(')', depth)}")) is not null);

    [Theory]
    [InlineData("; dkim=pass", 256, true)]
    [InlineData("; dkim=pass", 257, false)]
    public void Results_are_bounded(string result, int count, bool isRead) => AssertBound(result, count, isRead);

    [Theory]
    [InlineData(" policy.a=b", 64, true)]
    [InlineData(" policy.a=b", 65, false)]
    [InlineData(" reason=b", 200, true)]
    public void Properties_are_bounded(string property, int count, bool isRead) => AssertBound("; x=pass", 1, isRead, string.Concat(Enumerable.Repeat(property, count)));

    [Theory]
    [InlineData(2000, true)]
    [InlineData(2001, false)]
    public void Values_are_bounded(int length, bool isRead)
    {
        AssertBound("; x=pass", 1, isRead, $" policy.a={new string('a', length)}");
        AssertBound("; x=pass", 1, isRead, $" policy.a=\"{new string('(', length)}\"");
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Keywords_are_bounded(int length, bool isRead) => AssertBound($"; {new string('x', length)}=pass", 1, isRead);

    [Theory]
    [InlineData(128 * 1024, true)]
    [InlineData((128 * 1024) + 1, false)]
    public void Octets_are_bounded(int length, bool isRead) =>
        Assert.Equal(isRead, AuthenticationResultsField.Read(Encoding.ASCII.GetBytes(" mx.example.com; dkim=pass".PadRight(length))) is not null);

    [Fact]
    public void An_id_is_one_of_a_list_in_any_spelling_and_with_a_job_id()
    {
        Assert.True(Read(" MX.example.com.; none").IsFrom(["other.example", "mx.Example.com"]));
        Assert.True(Read(" mx.example.com/4XyZ12; none").IsFrom(["mx.example.com"]));
        Assert.True(Read(" xn--bcher-kva.example; none").IsFrom(["b\u00fccher.example"]));
        Assert.False(Read(" a.mx.example.com; none").IsFrom(["mx.example.com"]));
        Assert.False(Read(" other.example/mx.example.com; none").IsFrom(["mx.example.com"]));
        Assert.False(Read(" mx.example.com; none").IsFrom([]));
    }

    private static void AssertBound(string result, int count, bool isRead, string rest = "") =>
        Assert.Equal(isRead, AuthenticationResultsField.Read(Encoding.ASCII.GetBytes(" mx.example.com" + string.Concat(Enumerable.Repeat(result, count)) + rest)) is not null);

    private static AuthenticationResultsField Read(string body)
    {
        var field = AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(body));
        Assert.NotNull(field);
        return field;
    }
}
