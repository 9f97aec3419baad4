using System.Buffers;
using System.Security.Cryptography;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Hashes the octets of a canonicalized body, up to a limit, and counts them all.</summary>
internal sealed class BodyDigest : IDisposable
{
    // Runs shorter than this are cheaper to copy together than to hash one by one.
    private const int ShortRun = 256;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _limit;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _buffered;

    public BodyDigest(long limit) => _limit = limit;

    /// <summary>Octets of the canonicalized body, those beyond the limit included.</summary>
    public long Length { get; private set; }

    public void Write(byte octet)
    {
        if (Length++ >= _limit)
            return;
        if (_buffered == _buffer!.Length)
            Flush();
        _buffer[_buffered++] = octet;
    }

    public void Write(ReadOnlySpan<byte> run)
    {
        var hashed = (int)Math.Clamp(_limit - Length, 0, run.Length);
        Length += run.Length;
        run = run[..hashed];
        if (run.Length >= ShortRun || run.Length > _buffer!.Length - _buffered)
            Flush();
        if (run.Length >= ShortRun)
        {
            _hash.AppendData(run);
            return;
        }
        run.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += run.Length;
    }

    public byte[] Finish()
    {
        Flush();
        return _hash.GetHashAndReset();
    }

    public void Dispose()
    {
        _hash.Dispose();
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }
}
