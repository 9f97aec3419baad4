using System.Text;

namespace FilterHost.Abstractions.Tests;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("a_b._domainkey.example.com", "a_b._domainkey.example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("XN--BCHER-KVA.example", "xn--bcher-kva.example")]
    // IDNA2008 (RFC 5891) keeps the sharp s; the older mapping made it "ss", another domain.
    [InlineData("straße.example", "xn--strae-oqa.example")]
    public void Equal_domains_have_one_form(string text, string expected)
    {
        Assert.True(DomainName.TryParse(text, out var domain));
        Assert.Equal(expected, domain.ToString());
        Assert.True(DomainName.TryParse(Encoding.UTF8.GetBytes(text), out var same));
        Assert.Equal(domain, same);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\"b")]
    [InlineData("a(b")]
    [InlineData("a'b")]
    [InlineData("a;b")]
    [InlineData("a\r\nb")]
    [InlineData("[192.0.2.1]")]
    [InlineData("a@b")]
    public void What_could_do_harm_in_a_name_is_refused(string text)
    {
        Assert.False(DomainName.TryParse(text, out _));
        Assert.False(DomainName.TryParse(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Labels_have_at_most_63_octets_and_names_253()
    {
        Assert.True(DomainName.TryParse(new string('a', 63) + ".b", out _));
        Assert.False(DomainName.TryParse(new string('a', 64) + ".b", out _));
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".bcd";
        Assert.Equal(253, longest.Length);
        Assert.True(DomainName.TryParse(longest, out _));
        Assert.False(DomainName.TryParse(longest + "e", out _));
        Assert.False(DomainName.TryParse(new string('ü', 200), out _));
    }

    [Fact]
    public void Octets_that_are_not_UTF8_are_refused() => Assert.False(DomainName.TryParse([0x61, 0xFF, 0x62], out _));

    [Theory]
    [InlineData("mail.example.com", "example.com", true)]
    [InlineData("example.com", "example.com", true)]
    [InlineData("evilexample.com", "example.com", false)]
    [InlineData("com", "example.com", false)]
    public void Below_means_by_whole_labels(string name, string other, bool expected) =>
        Assert.Equal(expected, DomainName.Parse(name).IsSameOrBelow(DomainName.Parse(other)));

    [Fact]
    public void Names_are_compared_by_what_they_say()
    {
        var (one, same, other) = (DomainName.Parse("example.com"), DomainName.Parse("EXAMPLE.com."), DomainName.Parse("example.net"));
        DomainName? none = null;
        Assert.True(one == same && one != other && one != none && none != one && none == null);
        Assert.False(one != same || one == other || one == none || none == one);
    }

    [Fact]
    public void A_query_name_may_hold_what_the_macros_of_SPF_make()
    {
        Assert.True(DomainName.TryParseQueryName("a+b%c._spf.example.com", out var name));
        Assert.Equal("a+b%c._spf.example.com", name.ToString());
        Assert.False(DomainName.TryParseQueryName("a\0b.example.com", out _));
        Assert.True(DomainName.TryParseQueryName("a b.example.com", out _));
        Assert.False(DomainName.TryParseQueryName("a\tb.example.com", out _));
    }
}
