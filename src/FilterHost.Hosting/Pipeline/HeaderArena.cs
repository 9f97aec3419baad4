using System.Buffers;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Memory for the envelope and header section of one transaction: pooled, capped, copied into once and given back as a whole.</summary>
internal sealed class HeaderArena(long limit)
{
    /// <summary>What overwrites memory that is given back, where that is asked for.</summary>
    public const byte Poison = 0xDD;

    private const int BlockSize = 16 * 1024;

    private readonly List<byte[]> _blocks = [];
    private int _used;

    /// <summary>Octets taken so far.</summary>
    public long Length { get; private set; }

    /// <summary>Takes room for that many octets, or returns false where the cap would be passed.</summary>
    public bool TryTake(int length, out Memory<byte> room)
    {
        room = default;
        if (Length + length > limit)
            return false;
        if (_blocks.Count == 0 || _blocks[^1].Length - _used < length)
        {
            _blocks.Add(ArrayPool<byte>.Shared.Rent(Math.Max(BlockSize, length)));
            _used = 0;
        }
        room = _blocks[^1].AsMemory(_used, length);
        _used += length;
        Length += length;
        return true;
    }

    /// <summary>Copies octets in.</summary>
    public bool TryCopy(ReadOnlySpan<byte> source, out ReadOnlyMemory<byte> copy)
    {
        var taken = TryTake(source.Length, out var room);
        if (taken)
            source.CopyTo(room.Span);
        copy = room;
        return taken;
    }

    /// <summary>Gives the memory back. Views of it are invalid from here on.</summary>
    /// <param name="reuse">False where a call that overran may still look at it: then it is left to the garbage collector.</param>
    /// <param name="poison">True to overwrite it first, so that a view kept too long is noticed.</param>
    public void Release(bool reuse, bool poison)
    {
        foreach (var block in _blocks)
        {
            // Poisoned memory does not go back to the pool, where the next message's octets would cover the poison.
            if (reuse && poison)
                block.AsSpan().Fill(Poison);
            else if (reuse)
                ArrayPool<byte>.Shared.Return(block);
        }
        _blocks.Clear();
        _used = 0;
        Length = 0;
    }
}
