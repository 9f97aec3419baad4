using System.Text.RegularExpressions;
using FilterHost.MailAuth.Dmarc;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>The public suffix list and RFC 7489's way with it.</summary>
public sealed partial class PublicSuffixListTests
{
    private const string Small = """
        // ===BEGIN ICANN DOMAINS===
        com
        *.ck   the rest of a line is not read
        !www.ck
        公司.cn

        cn
        // ===END ICANN DOMAINS===
        // ===BEGIN PRIVATE DOMAINS===
        github.io
        // ===END PRIVATE DOMAINS===
        """;

    [Fact]
    public void The_test_file_of_publicsuffix_org_comes_out_whole()
    {
        var folder = ConformanceData.Folder("psl");
        var list = Parse(File.ReadAllText(Path.Combine(folder, "public_suffix_list.dat")));
        var cases = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "test_psl.txt")))
        {
            if (TestLine().Match(line) is not { Success: true } match)
                continue;
            var (domain, expected) = (match.Groups[1].Value, match.Groups[2].Value);
            // A name with a leading dot, or none at all, is no domain here.
            var actual = DomainName.TryParse(domain, out var name) ? list.OrganizationalDomainOf(name) : null;
            Assert.True(Equals(actual, expected.Length == 0 ? null : DomainName.Parse(expected)), $"{line} but {actual?.ToString() ?? "null"}");
            cases++;
        }
        Assert.Equal(File.ReadLines(Path.Combine(folder, "test_psl.txt")).Count(static line => line.StartsWith("checkPublicSuffix", StringComparison.Ordinal)), cases);
        Assert.InRange(cases, 75, 1000);
    }

    [Fact]
    public void The_list_of_Debian_is_read()
    {
        const string path = "/usr/share/publicsuffix/public_suffix_list.dat";
        Assert.SkipUnless(File.Exists(path), "the package publicsuffix is missing");
        Assert.InRange(Parse(File.ReadAllText(path)).Count, 5000, 50_000);
    }

    [Theory]
    [InlineData("com", null)]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("ck", null)]
    [InlineData("a.ck", null)]
    [InlineData("b.a.ck", "b.a.ck")]
    [InlineData("c.b.a.ck", "b.a.ck")]
    [InlineData("www.ck", "www.ck")]
    [InlineData("a.www.ck", "www.ck")]
    [InlineData("公司.cn", null)]
    [InlineData("a.公司.cn", "a.公司.cn")]
    [InlineData("a.xn--55qx5d.cn", "a.公司.cn")]
    [InlineData("b.a.cn", "a.cn")]
    [InlineData("unlisted", null)]
    [InlineData("a.b.unlisted", "b.unlisted")]
    [InlineData("github.io", null)]
    [InlineData("a.github.io", "a.github.io")]
    public void The_longest_rule_prevails_and_an_exception_over_it(string domain, string? expected) =>
        Assert.Equal(expected is null ? null : DomainName.Parse(expected), Parse(Small).OrganizationalDomainOf(DomainName.Parse(domain)));

    [Fact]
    public void The_section_of_companies_can_be_left_out()
    {
        Assert.True(PublicSuffixList.TryParse(Small, PublicSuffixSections.Icann, out var list, out _));
        Assert.Equal(DomainName.Parse("github.io"), list.OrganizationalDomainOf(DomainName.Parse("a.github.io")));
        Assert.Null(list.OrganizationalDomainOf(DomainName.Parse("a.ck")));
    }

    [Theory]
    [InlineData("com\na..b", "line 2 is no rule")]
    [InlineData("com\n!", "line 2 is no rule")]
    [InlineData("a.*.b", "line 1 is no rule")]
    [InlineData("// nothing", "the list has no rule")]
    [InlineData("", "the list has no rule")]
    public void A_line_that_is_no_rule_is_a_problem(string text, string expected)
    {
        Assert.False(PublicSuffixList.TryParse(text, PublicSuffixSections.All, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void A_list_without_end_is_not_read() =>
        Assert.False(PublicSuffixList.TryParse(new string('a', PublicSuffixList.MaximumSize + 1), PublicSuffixSections.All, out _, out _));

    [Fact]
    public void A_list_with_too_many_rules_is_not_read() =>
        Assert.False(PublicSuffixList.TryParse(string.Join('\n', Enumerable.Range(0, 100_001)), PublicSuffixSections.All, out _, out _));

    // RFC 7489 §3.2 and §6.6.3: the author domain, then the organizational domain, nothing between and nothing above.
    [Theory]
    [InlineData("the own record", "a.example.com: p=none // example.com: p=reject", "from=a.example.com", "fail p=none asked=a.example.com")]
    [InlineData("the organizational domain's", "b.example.com: p=none // example.com: p=reject", "from=a.b.example.com", "fail p=reject org=example.com asked=a.b.example.com,example.com")]
    [InlineData("none above it", "com: p=reject", "from=a.example.com", "none asked=a.example.com,example.com")]
    [InlineData("several records end the discovery", "a.example.com: p=none // a.example.com: p=none // example.com: p=reject", "from=a.example.com", "none asked=a.example.com")]
    [InlineData("sp", "example.com: p=none; sp=reject", "from=a.example.com", "fail p=reject")]
    [InlineData("a cousin aligns and costs no question", "example.com: p=reject", "from=example.com dkim=pass:a.b.example.com", "pass dkim=yes org=example.com q=1")]
    [InlineData("psd is of no account", "example.com: p=reject; psd=y", "from=example.com dkim=pass:a.example.com", "pass dkim=yes")]
    [InlineData("two customers of one company do not align", "a.github.io: p=reject", "from=a.github.io dkim=pass:b.github.io", "fail dkim=no")]
    [InlineData("a public suffix is its own organizational domain", "github.io: p=reject", "from=github.io dkim=pass:a.github.io", "fail dkim=no")]
    [InlineData("a public suffix with its own identifier", "github.io: p=reject", "from=github.io dkim=pass:github.io", "pass dkim=yes")]
    [InlineData("never the parent's record after a failure", "a.example.com! // example.com: p=reject", "from=a.example.com", "temperror q=1")]
    [InlineData("a failure at the organizational domain", "example.com!", "from=a.example.com", "temperror q=2")]
    public Task Organizational_domains_by_the_list(string name, string zone, string mail, string expected)
    {
        Assert.NotEmpty(name);
        return DmarcCase.AssertAsync(zone, mail, expected, Parse(Small));
    }

    private static PublicSuffixList Parse(string text)
    {
        Assert.True(PublicSuffixList.TryParse(text, PublicSuffixSections.All, out var list, out var problem), problem);
        return list;
    }

    [GeneratedRegex(@"^checkPublicSuffix\((?:null|'([^']*)'), (?:null|'([^']*)')\);")]
    private static partial Regex TestLine();
}
