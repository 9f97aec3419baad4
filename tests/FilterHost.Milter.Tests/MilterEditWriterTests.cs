using System.Text;

namespace FilterHost.Milter.Tests;

public class MilterEditWriterTests
{
    private readonly MilterFrameWriter _frames = new();

    [Theory]
    [InlineData(true, " v", "hX\0 v\0")]
    [InlineData(false, " v", "hX\0v\0")]
    [InlineData(false, "  v", "hX\0 v\0")]
    [InlineData(false, "\tv", "hX\0\tv\0")]
    [InlineData(false, "v", "hX\0v\0")]
    public void The_leading_space_goes_out_only_where_it_was_agreed(bool agreed, string value, string frame) =>
        Assert.Equal(frame, Written(Writer(agreed), edits => edits.AddHeader("X"u8, Encoding.ASCII.GetBytes(value))));

    [Fact]
    public void Folds_travel_as_LF_and_white_space() =>
        Assert.Equal("hX\0 a\n b\n\tc\0", Written(Writer(true), edits => edits.AddHeader("X"u8, " a\r\n b\n\tc"u8)));

    [Theory]
    [InlineData("X", "a\0b")]
    [InlineData("X", "a\nBcc: b")]
    [InlineData("X", "a\r\n")]
    [InlineData("X:", "a")]
    [InlineData("X Y", "a")]
    [InlineData("", "a")]
    public void What_would_break_the_header_section_is_refused_whole(string name, string value)
    {
        var edits = Writer(true);
        Assert.Throws<ArgumentException>(() => edits.InsertHeader(0, Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value)));
        Assert.Equal(0, _frames.Length);
    }

    [Fact]
    public void Indices_go_before_the_name()
    {
        Assert.Equal("i\0\0\u0001\u0002X\0a\0", Written(Writer(true), edits => edits.InsertHeader(258, "X"u8, "a"u8)));
        Assert.Equal("m\0\0\0\u0003X\0a\0", Written(Writer(true), edits => edits.ChangeHeader(3, "X"u8, "a"u8)));
    }

    [Fact]
    public void Only_an_empty_value_deletes_a_field()
    {
        Assert.Equal("m\0\0\0\u0001X\0\0", Written(Writer(false), edits => edits.ChangeHeader(1, "X"u8, ""u8)));
        Assert.Equal("m\0\0\0\u0001X\0 \0", Written(Writer(false), edits => edits.ChangeHeader(1, "X"u8, " "u8)));
    }

    [Theory]
    [InlineData(0u, 65_535)]
    [InlineData(0x10000000u, 262_143)]
    [InlineData(0x20000000u, 1_048_575)]
    public void A_body_goes_out_in_frames_of_the_agreed_size(uint steps, int size)
    {
        var edits = new MilterEditWriter(_frames);
        edits.Grant(MilterActions.All, (MilterSteps)steps);
        edits.ReplaceBody(new byte[size + 1]);
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(_frames.Written.Span, int.MaxValue, out _, out var first));
        Assert.Equal(size + 5, first);
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(_frames.Written.Span[first..], int.MaxValue, out _, out var second));
        Assert.Equal((6, first + second, 2), (second, _frames.Length, edits.Count));
    }

    [Fact]
    public void An_empty_body_is_one_empty_frame() => Assert.Equal("b", Written(Writer(true), edits => edits.ReplaceBody([])));

    [Fact]
    public void Addresses_go_with_their_parameters_where_there_are_any()
    {
        Assert.Equal("+<a@b>\0", Written(Writer(true), edits => edits.AddRecipient("<a@b>"u8)));
        Assert.Equal("2<a@b>\0NOTIFY=NEVER\0", Written(Writer(true), edits => edits.AddRecipient("<a@b>"u8, "NOTIFY=NEVER")));
        Assert.Equal("-<a@b>\0", Written(Writer(true), edits => edits.DeleteRecipient("<a@b>"u8)));
        Assert.Equal("e<>\0", Written(Writer(true), edits => edits.ChangeSender("<>"u8)));
        Assert.Equal("e<>\0RET=HDRS\0", Written(Writer(true), edits => edits.ChangeSender("<>"u8, "RET=HDRS")));
        Assert.Equal("qwhy\0", Written(Writer(true), edits => edits.Quarantine("why"u8)));
    }

    [Fact]
    public void An_edit_that_was_not_granted_is_not_written()
    {
        var edits = new MilterEditWriter(_frames);
        edits.Grant(MilterActions.ChangeBody, MilterSteps.None);
        Assert.Throws<InvalidOperationException>(() => edits.AddHeader("X"u8, "a"u8));
        Assert.Throws<InvalidOperationException>(() => edits.AddRecipient("<a@b>"u8));
        Assert.Equal(0, _frames.Length);
    }

    [Fact]
    public void Several_lines_of_a_reply_have_hyphens_CRLF_and_one_NUL()
    {
        MilterReplyWriter.Write(_frames, MilterReply.WithCode(new SmtpReply(550, "5.7.1", "100% no\nreally")));
        Assert.Equal("y550-5.7.1 100%% no\r\n550 5.7.1 really\0", Encoding.ASCII.GetString(_frames.Written.Span[4..]));
    }

    private MilterEditWriter Writer(bool leadingSpace)
    {
        var edits = new MilterEditWriter(_frames);
        edits.Grant(MilterActions.All, leadingSpace ? MilterSteps.HeaderLeadingSpace : MilterSteps.None);
        return edits;
    }

    private string Written(MilterEditWriter edits, Action<MilterEditWriter> write)
    {
        _frames.Clear();
        write(edits);
        Assert.Equal(MilterFrameStatus.Complete, MilterFrameReader.Read(_frames.Written.Span, int.MaxValue, out _, out var length));
        Assert.Equal(length, _frames.Length);
        return Encoding.Latin1.GetString(_frames.Written.Span[4..]);
    }
}
