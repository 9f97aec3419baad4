using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FilterHost.Milter;

/// <summary>Gathers frames in one pooled buffer until they are sent.</summary>
internal sealed class MilterFrameWriter
{
    private const int InitialSize = 4096;
    private const int KeptSize = 64 * 1024;

    private byte[] _buffer = [];
    private int _end;
    private int _frame;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _end);

    public int Length => _end;

    public void Begin(byte code)
    {
        _frame = _end;
        var prefix = Reserve(MilterFrameReader.PrefixLength);
        prefix[4] = code;
    }

    public void End() =>
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_frame), (uint)(_end - _frame - 4));

    public void Empty(byte code)
    {
        Begin(code);
        End();
    }

    public void Octet(byte value) => Reserve(1)[0] = value;

    public void Number(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void Port(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    public void Octets(ReadOnlySpan<byte> octets) => octets.CopyTo(Reserve(octets.Length));

    public void Text(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetByteCount(text)));

    /// <summary>Space to write into; cut what is not used with <see cref="Unreserve"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _end < count)
            Grow(count);
        _end += count;
        return _buffer.AsSpan(_end - count, count);
    }

    public void Unreserve(int count) => _end -= count;

    /// <summary>Drops what was written after a length; none of it has been sent.</summary>
    public void Truncate(int length) => _end = length;

    /// <summary>Forgets all, and gives back a buffer that a large body made large.</summary>
    public void Clear()
    {
        _end = 0;
        if (_buffer.Length > KeptSize)
            Release();
    }

    /// <summary>Gives back the buffer. It may be used again.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _end = 0;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialSize, Math.Max(checked(_end + count), (int)Math.Min(2L * _buffer.Length, Array.MaxLength))));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
