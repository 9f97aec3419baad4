using System.Buffers;
using System.Security.Cryptography;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Canonicalizes header fields (RFC 6376 §3.4.1, §3.4.2) into a pooled buffer and hashes them.</summary>
internal sealed class HeaderHasher(Canonicalization canonicalization) : IDisposable
{
    private readonly bool _isRelaxed = canonicalization == Canonicalization.Relaxed;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    /// <summary>The octets so far.</summary>
    public ReadOnlySpan<byte> Octets => _buffer.AsSpan(0, _length);

    /// <summary>Adds a signed field and its CRLF.</summary>
    public void Add(HeaderField field)
    {
        Write(field.Name.Span, field.Body.Span, []);
        Write("\r\n"u8);
    }

    /// <summary>Adds the signature's own field with the value of b= removed, without CRLF (RFC 6376 §3.7).</summary>
    public void AddSignature(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, Range signatureRange)
    {
        var (start, length) = signatureRange.GetOffsetAndLength(body.Length);
        Write(name, body[..start], body[(start + length)..]);
    }

    /// <summary>Adds fields that are canonicalized already.</summary>
    public void AddOctets(ReadOnlySpan<byte> octets) => Write(octets);

    public byte[] Finish() => SHA256.HashData(Octets);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    // The body comes in two parts, between which nothing remains.
    private void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, ReadOnlySpan<byte> rest)
    {
        if (!_isRelaxed)
        {
            Write(name);
            Write(":"u8);
            Write(body);
            Write(rest);
            return;
        }
        WriteLowerCase(name);
        Write(":"u8);
        var start = _length;
        WriteRelaxed(body, start);
        WriteRelaxed(rest, start);
        if (_length > start && _buffer[_length - 1] == ' ')
            _length--;
    }

    private void WriteLowerCase(ReadOnlySpan<byte> name)
    {
        Reserve(name.Length);
        foreach (var octet in name)
            _buffer[_length++] = octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
    }

    // Unfolds, turns each run of white space into one space, and drops it at the start; the caller drops it at the end.
    private void WriteRelaxed(ReadOnlySpan<byte> text, int start)
    {
        Reserve(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            if (octet == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            else if (!TagText.IsWsp(octet))
                _buffer[_length++] = octet;
            else if (_length > start && _buffer[_length - 1] != ' ')
                _buffer[_length++] = (byte)' ';
        }
    }

    private void Write(ReadOnlySpan<byte> octets)
    {
        Reserve(octets.Length);
        octets.CopyTo(_buffer.AsSpan(_length));
        _length += octets.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, _buffer.Length * 2));
        Octets.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
