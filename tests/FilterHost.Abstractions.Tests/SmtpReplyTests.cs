namespace FilterHost.Abstractions.Tests;

public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData(250, "2.0.0", "ok")]
    [InlineData(399, "3.0.0", "x")]
    [InlineData(600, "6.0.0", "x")]
    [InlineData(550, "4.7.1", "classes differ")]
    [InlineData(451, "5.7.1", "classes differ")]
    [InlineData(550, "5.7", "x")]
    [InlineData(550, "5.07.1", "x")]
    [InlineData(550, "5.7.1000", "x")]
    [InlineData(550, "5.7.1", "bell \a")]
    [InlineData(550, "5.7.1", "nul \0")]
    [InlineData(550, "5.7.1", "ümlaut")]
    public void What_an_MTA_would_take_for_malformed_cannot_be_made(int code, string enhanced, string text) =>
        Assert.Throws<FormatException>(() => new SmtpReply(code, enhanced, text));

    [Fact]
    public void Lines_and_their_length_are_bounded()
    {
        Assert.Equal(32, new SmtpReply(550, "5.7.1", string.Join('\n', Enumerable.Repeat("x", 32))).Lines.Count);
        Assert.Throws<FormatException>(() => new SmtpReply(550, "5.7.1", string.Join('\n', Enumerable.Repeat("x", 33))));
        Assert.Throws<FormatException>(() => new SmtpReply(550, "5.7.1", new string('x', SmtpReply.MaximumLineLength + 1)));
    }

    [Fact]
    public void Foreign_text_can_be_made_fit() => Assert.Equal("a?b?c", SmtpReply.Clean("a\nbüc"));
}
