namespace FilterHost.Milter.Tests;

public class MilterFrameReaderTests
{
    private const int Limit = 100;

    [Fact]
    public void A_frame_is_incomplete_until_its_last_octet()
    {
        var frame = Wire.Frame("Hname\0");
        for (var length = 0; length < frame.Length; length++)
            Assert.Equal(MilterFrameStatus.Incomplete, MilterFrameReader.Read(frame.AsSpan(0, length), Limit, out _, out _));
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(frame, Limit, out var code, out var whole));
        Assert.Equal(((byte)'H', frame.Length), (code, whole));
    }

    [Fact]
    public void What_follows_a_frame_is_left_alone()
    {
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(Wire.Frames("A", "Q"), Limit, out var code, out var whole));
        Assert.Equal(((byte)'A', 5), (code, whole));
    }

    [Fact]
    public void A_frame_without_a_code_is_refused() =>
        Assert.Equal(MilterFrameStatus.Empty, MilterFrameReader.Read([0, 0, 0, 0], Limit, out _, out _));

    [Theory]
    [InlineData(101u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void A_frame_over_the_limit_is_refused_on_its_length_alone(uint length) =>
        Assert.Equal(
            MilterFrameStatus.TooLong,
            MilterFrameReader.Read([(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length], Limit, out _, out _));

    [Fact]
    public void A_frame_of_exactly_the_limit_is_taken() =>
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(Wire.Frame("B" + new string('x', Limit - 1)), Limit, out _, out _));
}
