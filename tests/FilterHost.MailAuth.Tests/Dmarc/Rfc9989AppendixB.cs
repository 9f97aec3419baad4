namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>The worked examples of RFC 9989, appendix B, as far as they are about evaluation.</summary>
public sealed class Rfc9989AppendixB
{
    private const string Example = "example.com: p=none; rua=mailto:dmarc-feedback@example.com // +example.com // +child.example.com";
    private const string Bank = "bank.example: p=none; psd=y // giant.bank.example: p=reject // +mega.bank.example";

    [Theory]
    [InlineData("B.1.1 example 1: SPF in strict alignment", "from=example.com spf=pass:example.com", "pass spf=yes q=1")]
    [InlineData("B.1.1 example 2: SPF in relaxed alignment", "from=example.com spf=pass:child.example.com", "pass spf=yes org=example.com asked=example.com,com,child.example.com")]
    [InlineData("B.1.1 example 3: no SPF identifier alignment", "from=child.example.com spf=pass:example.net", "fail spf=no org=example.com")]
    [InlineData("B.1.2 example 1: DKIM in strict alignment", "from=example.com dkim=pass:example.com", "pass dkim=yes q=1")]
    [InlineData("B.1.2 example 2: DKIM in relaxed alignment", "from=child.example.com dkim=pass:example.com", "pass dkim=yes org=example.com")]
    [InlineData("B.1.2 example 3: no DKIM identifier alignment", "from=child.example.com dkim=pass:example.net", "fail dkim=no org=example.com")]
    public Task Identifier_alignment(string name, string mail, string expected) => AssertAsync(name, Example, mail, expected);

    [Theory]
    [InlineData("B.2.1 entire domain, monitoring mode", "example.com: p=none; rua=mailto:dmarc-feedback@example.com", "from=example.com", "fail p=none at=example.com")]
    [InlineData("B.2.5 a subdomain, testing", "test.example.com: p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y", "from=test.example.com", "fail p=none at=test.example.com")]
    [InlineData("B.2.5 a subdomain, after testing", "test.example.com: p=reject; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net", "from=test.example.com", "fail p=reject at=test.example.com")]
    public Task Domain_owner(string name, string zone, string mail, string expected) => AssertAsync(name, zone, mail, expected);

    [Theory]
    [InlineData("B.3.1 both align", "from=example.com spf=pass:mail.example.com dkim=pass:example.com", "pass spf=yes dkim=yes p=reject")]
    [InlineData("B.3.1 none aligns", "from=example.com spf=pass:other.example dkim=pass:other.example", "fail p=reject")]
    public Task Mail_receiver(string name, string mail, string expected) => AssertAsync(name, "example.com: p=reject; aspf=r; rua=mailto:dmarc-feedback@example.com", mail, expected);

    [Theory]
    [InlineData("B.4.1 pass", "from=example.com spf=pass:example.com dkim=pass:signing.example.com", "pass spf=yes dkim=yes org=example.com at=example.com asked=example.com,com,signing.example.com")]
    [InlineData("B.4.1 no pass", "from=example.com spf=fail:example.com dkim=fail:signing.example.com", "fail p=reject at=example.com")]
    [InlineData("B.4.2 pass", "from=a.b.c.d.e.f.g.h.i.j.k.example.com spf=pass:example.com dkim=pass:signing.example.com", "pass spf=yes dkim=yes org=example.com at=example.com q=9 asked=a.b.c.d.e.f.g.h.i.j.k.example.com,g.h.i.j.k.example.com,h.i.j.k.example.com,i.j.k.example.com,j.k.example.com,k.example.com,example.com,com,signing.example.com")]
    [InlineData("B.4.2 no pass", "from=a.b.c.d.e.f.g.h.i.j.k.example.com spf=fail:example.com", "fail p=reject at=example.com org=example.com q=8")]
    public Task Tree_walk(string name, string mail, string expected) => AssertAsync(name, "example.com: p=reject // signing.example.com: p=none", mail, expected);

    [Theory]
    [InlineData("B.4.3 pass", "from=giant.bank.example spf=pass:mail.giant.bank.example dkim=pass:mail.mega.bank.example", "pass spf=yes dkim=no org=giant.bank.example at=giant.bank.example asked=giant.bank.example,bank.example,mail.giant.bank.example")]
    [InlineData("B.4.3 no pass", "from=giant.bank.example spf=fail:mail.giant.bank.example dkim=pass:mail.mega.bank.example", "fail p=reject at=giant.bank.example")]
    [InlineData("B.4.3 the other bank", "from=mail.mega.bank.example dkim=pass:mega.bank.example", "pass dkim=yes org=mega.bank.example at=bank.example")]
    public Task Public_suffix_domain(string name, string mail, string expected) => AssertAsync(name, Bank, mail, expected);

    private static Task AssertAsync(string name, string zone, string mail, string expected)
    {
        Assert.StartsWith("B.", name, StringComparison.Ordinal);
        return DmarcCase.AssertAsync(zone, mail, expected);
    }
}
