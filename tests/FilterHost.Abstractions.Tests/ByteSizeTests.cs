namespace FilterHost.Abstractions.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("64k", 65536)]
    [InlineData("1M", 1 << 20)]
    [InlineData("2G", 2L << 30)]
    public void A_size_is_a_number_with_or_without_unit(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(expected, size.Octets);
        Assert.True(ByteSize.TryParse(size.ToString(), out var again));
        Assert.Equal(size, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("-1")]
    [InlineData("1 k")]
    [InlineData("1K")]
    [InlineData("9223372036854775807G")]
    public void Anything_else_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
