using System.Text;

namespace FilterHost.Abstractions.Tests;

public sealed class EnvelopeAddressTests
{
    [Theory]
    [InlineData("<a@example.com>", "a", "example.com")]
    [InlineData("a@example.com", "a", "example.com")]
    [InlineData("<@relay.example,@other.example:a@example.com>", "a", "example.com")]
    [InlineData("<\"a@b\"@example.com>", "a@b", "example.com")]
    [InlineData("<\"a\\\"b\"@example.com>", "a\"b", "example.com")]
    [InlineData("<jürgen@bücher.example>", "jürgen", "xn--bcher-kva.example")]
    [InlineData("<postmaster>", "postmaster", null)]
    [InlineData("<a@[192.0.2.1]>", "a", null)]
    public void A_path_gives_local_part_and_domain(string path, string local, string? domain)
    {
        var address = EnvelopeAddress.Parse(Encoding.UTF8.GetBytes(path));
        Assert.Equal(local, address.LocalPart);
        Assert.Equal(domain, address.Domain?.ToString());
        Assert.False(address.IsNull);
    }

    [Theory]
    [InlineData("<>")]
    [InlineData("")]
    public void The_null_path_is_null(string path) => Assert.True(EnvelopeAddress.Parse(Encoding.UTF8.GetBytes(path)).IsNull);

    [Theory]
    [InlineData("<(any@victim.example>")]
    [InlineData("<a@b@example.com>")]
    [InlineData("<a@example.com(c)>")]
    [InlineData("<a@exa mple.com>")]
    [InlineData("<\"a@example.com>")]
    [InlineData("<a\0@example.com>")]
    [InlineData("<a@example.com\0.evil>")]
    [InlineData("<@relay.example>")]
    public void A_path_that_does_not_parse_has_no_domain_and_throws_nothing(string path)
    {
        var address = EnvelopeAddress.Parse(Encoding.UTF8.GetBytes(path));
        Assert.Null(address.Domain);
        Assert.False(address.IsNull);
    }
}
