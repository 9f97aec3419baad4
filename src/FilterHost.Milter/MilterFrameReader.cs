using System.Buffers.Binary;

namespace FilterHost.Milter;

/// <summary>Takes one frame off a buffer: a 32-bit length in network order that counts the code, one octet of code, then data.</summary>
public static class MilterFrameReader
{
    /// <summary>The octets before a frame's data.</summary>
    public const int PrefixLength = 5;

    private const int LengthSize = 4;

    /// <summary>Reads the frame at the start of a buffer.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="limit">The longest frame to take, code included. A longer one is refused on its length alone, before its data arrives.</param>
    /// <param name="code">The frame's code; set when complete.</param>
    /// <param name="length">The octets of the whole frame with its prefix; set when complete, and when incomplete if already known, else 0.</param>
    public static MilterFrameStatus Read(ReadOnlySpan<byte> buffer, int limit, out byte code, out int length)
    {
        (code, length) = (0, 0);
        if (buffer.Length < LengthSize)
            return MilterFrameStatus.Incomplete;
        var stated = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        if (stated == 0)
            return MilterFrameStatus.Empty;
        if (stated > (uint)limit)
            return MilterFrameStatus.TooLong;
        length = LengthSize + (int)stated;
        if (buffer.Length < length)
            return MilterFrameStatus.Incomplete;
        code = buffer[LengthSize];
        return MilterFrameStatus.Complete;
    }
}
