using FilterHost.Tests;

namespace FilterHost.Abstractions.Tests;

/// <summary>Whatever clients say is an answer, and never an exception.</summary>
public sealed class MalformedInputTests
{
    [Theory]
    [InlineData("<@a.example,@b.example:\"l \\\"p\"@b\u00fccher.example>")]
    [InlineData("<a+b@[IPv6:2001:db8::1]>")]
    [InlineData("a@example.com")]
    public void A_path_near_a_good_one_has_a_domain_or_none_and_keeps_its_octets(string path)
    {
        foreach (var octets in Mutations.Of(System.Text.Encoding.UTF8.GetBytes(path)))
        {
            var address = EnvelopeAddress.Parse(octets);
            Assert.Equal(octets, address.Path.ToArray());
            if (address.Domain is { } domain)
                Assert.True(DomainName.TryParse(domain.ToString(), out _));
        }
    }

    [Fact]
    public void A_name_near_a_good_one_is_a_name_whose_text_is_a_name_again_or_none()
    {
        foreach (var octets in Mutations.Of("mail-1._x.b\u00fccher.xn--bcher-kva.example."u8.ToArray()))
        {
            if (!DomainName.TryParse(octets, out var domain))
                continue;
            Assert.True(DomainName.TryParse(domain.ToString(), out var again));
            Assert.Equal(domain, again);
            Assert.All(domain.ToString(), character => Assert.True(char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_' or '.'));
        }
    }

    [Fact]
    public void Text_near_a_good_subject_is_decoded_or_left()
    {
        foreach (var octets in Mutations.Of(" =?utf-8?q?=C3=BCber?= =?iso-8859-1?b?/A==?=\r\n\t plain =?x?"u8.ToArray()))
        {
            Assert.NotNull(HeaderText.Unfold(octets));
            Assert.NotNull(HeaderText.Decode(octets));
        }
    }
}
