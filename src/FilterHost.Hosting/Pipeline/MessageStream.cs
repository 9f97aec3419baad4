namespace FilterHost.Hosting.Pipeline;

/// <summary>A message as one stream: header section, empty line, body.</summary>
internal sealed class MessageStream(HeaderSection header, IEnumerable<ReadOnlyMemory<byte>> body) : Stream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _parts = Parts(header, body).GetEnumerator();
    private ReadOnlyMemory<byte> _current;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        while (_current.IsEmpty)
        {
            if (!_parts.MoveNext())
                return 0;
            _current = _parts.Current;
        }
        var length = Math.Min(buffer.Length, _current.Length);
        _current.Span[..length].CopyTo(buffer);
        _current = _current[length..];
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _parts.Dispose();
        base.Dispose(disposing);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(HeaderSection header, IEnumerable<ReadOnlyMemory<byte>> body)
    {
        var colon = new byte[] { (byte)':' };
        var lineEnd = new byte[] { (byte)'\r', (byte)'\n' };
        foreach (var field in header)
        {
            yield return field.Name;
            yield return colon;
            yield return field.Body;
            yield return lineEnd;
        }
        yield return lineEnd;
        foreach (var part in body)
            yield return part;
    }
}
