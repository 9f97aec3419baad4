using System.Buffers;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Keeps a body: in memory up to a limit and within a budget that all messages share, beyond it in a file that has no name any more.</summary>
internal sealed class BodyStore(BodyBudget budget, long memoryLimit, string temporaryDirectory) : IDisposable
{
    private readonly List<(byte[] Block, int Length)> _blocks = [];
    private long _inMemory;
    private FileStream? _file;

    /// <summary>Octets kept.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a part.</summary>
    /// <exception cref="IOException">There is no room on disk.</exception>
    public void Append(ReadOnlySpan<byte> part)
    {
        Length += part.Length;
        if (_file is null && _inMemory + part.Length <= memoryLimit && budget.TryTake(part.Length))
        {
            var block = ArrayPool<byte>.Shared.Rent(part.Length);
            part.CopyTo(block);
            _blocks.Add((block, part.Length));
            _inMemory += part.Length;
            return;
        }
        (_file ??= CreateFile()).Write(part);
    }

    /// <summary>The parts in order; each is valid until the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read()
    {
        foreach (var (block, length) in _blocks)
            yield return block.AsMemory(0, length);
        if (_file is null)
            yield break;
        var buffer = new byte[64 * 1024];
        for (long position = 0; ;)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, buffer, position);
            if (read == 0)
                yield break;
            position += read;
            yield return buffer.AsMemory(0, read);
        }
    }

    public void Dispose()
    {
        foreach (var (block, _) in _blocks)
            ArrayPool<byte>.Shared.Return(block);
        budget.Return(_inMemory);
        _blocks.Clear();
        _inMemory = 0;
        _file?.Dispose();
        _file = null;
    }

    private FileStream CreateFile()
    {
        // The default is a folder that nobody else makes.
        Directory.CreateDirectory(temporaryDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(temporaryDirectory, $"filterhost-{Guid.NewGuid():N}");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
        File.Delete(path);
        return file;
    }
}
