using System.Text;
using FilterHost.Hosting.Isolation;

namespace FilterHost.Hosting.Tests.Isolation;

public sealed class BoundedLinesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("one\n", "one")]
    [InlineData("one", "one")]
    [InlineData("one\n\ntwo\n", "one||two")]
    [InlineData("0123456789\ntwo", "01234567|two")]
    public async Task A_line_is_cut_at_its_limit_and_the_next_is_whole(string text, string lines) =>
        Assert.Equal(lines, string.Join('|', await BoundedLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), 8).ToListAsync(TestContext.Current.CancellationToken)));

    [Fact]
    public async Task A_line_of_many_chunks_keeps_no_more_than_its_limit()
    {
        var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{new string('a', 1_000_000)}\nb\n"));
        Assert.Equal([8, 1], await BoundedLines.ReadAsync(stream, 8).Select(line => line.Length).ToListAsync(TestContext.Current.CancellationToken));
    }
}
