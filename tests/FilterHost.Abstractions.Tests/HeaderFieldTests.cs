using System.Text;

namespace FilterHost.Abstractions.Tests;

public sealed class HeaderFieldTests
{
    [Theory]
    [InlineData(" plain ", "plain")]
    [InlineData(" folded\r\n\ttext", "folded\ttext")]
    [InlineData(" =?utf-8?q?J=C3=BCrgen_M?= x", "Jürgen M x")]
    [InlineData(" =?utf-8?B?SsO8?= =?utf-8?b?cmdlbg==?=", "Jürgen")]
    [InlineData(" =?windows-1251?B?z/Do4uXy?=", "Привет")]
    [InlineData(" =?iso-8859-15?Q?=A4?=", "€")]
    [InlineData(" =?nonsense?q?x?=", "=?nonsense?q?x?=")]
    [InlineData(" =?utf-8?b?!?=", "=?utf-8?b?!?=")]
    [InlineData(" =?utf-8?", "=?utf-8?")]
    public void Text_for_people_is_unfolded_and_decoded(string body, string expected) =>
        Assert.Equal(expected, new HeaderField("Subject"u8.ToArray(), Encoding.UTF8.GetBytes(body)).DecodedText);

    [Theory]
    [InlineData("X A", "x")]
    [InlineData("X:", "x")]
    [InlineData("", "x")]
    [InlineData("X", "a\r\nb")]
    [InlineData("X", "a\r\n")]
    [InlineData("X", "a\r\n \r\n b")]
    [InlineData("X", "a\rb")]
    [InlineData("X", "a\0b")]
    public void A_field_that_could_end_early_cannot_be_made(string name, string value) =>
        Assert.Throws<FormatException>(() => HeaderField.Create(name, value));

    [Fact]
    public void A_folded_value_can_be_made() => Assert.Equal("X-A: a\r\n\tb", HeaderField.Create("X-A", "a\r\n\tb").ToString());
}
