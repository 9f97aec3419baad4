namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Canonicalizes a body that comes in chunks cut anywhere (RFC 6376 §3.4.3, §3.4.4) and hashes the result; it keeps nothing of the body.
/// Line ends: CRLF, and LF alone, which counts as CRLF here, in the signer as in the verifier: a message leaves for other hosts with CRLF, so that is what they hash
/// (RFC 6376 §5.3). CR alone is data.
/// </summary>
internal sealed class BodyCanonicalizer : IDisposable
{
    private static ReadOnlySpan<byte> LineEnds => "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"u8;

    private readonly BodyDigest _digest;
    private readonly bool _isRelaxed;
    // A CR was read that may begin a line end.
    private bool _heldCr;
    // White space was read that counts only before further text of the line.
    private bool _heldSpace;
    // Line ends were read that count only before further text of the body.
    private long _heldLineEnds;
    private bool _hasText;

    public BodyCanonicalizer(Canonicalization canonicalization, long limit) =>
        (_isRelaxed, _digest) = (canonicalization == Canonicalization.Relaxed, new BodyDigest(limit));

    /// <summary>Octets of the canonicalized body.</summary>
    public long Length => _digest.Length;

    public void Append(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            if (!IsHolding && !IsSpecial(chunk[0]))
            {
                var run = _isRelaxed ? IdentityRun.RelaxedLength(chunk) : IdentityRun.SimpleLength(chunk);
                if (run > 0)
                {
                    chunk = chunk[WriteIdentity(chunk[..run])..];
                    if (chunk.IsEmpty)
                        return;
                }
            }
            Read(chunk[0]);
            chunk = chunk[1..];
        }
    }

    public byte[] Finish()
    {
        if (_heldCr)
            WriteText((byte)'\r');
        // §3.4.3: "If there is no body or no trailing CRLF on the message body, a CRLF is added." §3.4.4: only to a body that is not empty.
        if (_hasText || !_isRelaxed)
            _digest.Write("\r\n"u8);
        return _digest.Finish();
    }

    public void Dispose() => _digest.Dispose();

    private bool IsHolding => _heldCr | _heldSpace | _heldLineEnds > 0;

    private bool IsSpecial(byte octet) => octet is (byte)'\r' or (byte)'\n' || (_isRelaxed && octet is (byte)' ' or (byte)'\t');

    private void Read(byte octet)
    {
        if (_heldCr)
        {
            _heldCr = false;
            if (octet != '\n')
                WriteText((byte)'\r');
        }
        if (octet == '\r')
            _heldCr = true;
        else if (octet == '\n')
            EndLine();
        else if (_isRelaxed && octet is (byte)' ' or (byte)'\t')
            _heldSpace = true;
        else
            WriteText(octet);
    }

    private void EndLine()
    {
        _heldSpace = false;
        _heldLineEnds++;
    }

    private void WriteText(byte octet)
    {
        Release();
        _digest.Write(octet);
        _hasText = true;
    }

    private void Release()
    {
        while (_heldLineEnds > 0)
        {
            var count = (int)Math.Min(_heldLineEnds, LineEnds.Length / 2);
            _digest.Write(LineEnds[..(2 * count)]);
            _heldLineEnds -= count;
        }
        if (_heldSpace)
            _digest.Write((byte)' ');
        _heldSpace = false;
    }

    // A run that needs no work, except that a line end at its end is held back: the body may end there. Returns how much was read.
    private int WriteIdentity(ReadOnlySpan<byte> run)
    {
        _hasText = true;
        if (run[^1] == '\r')
        {
            _digest.Write(run[..^1]);
            _heldCr = true;
        }
        else if (run.EndsWith("\r\n"u8))
        {
            _digest.Write(run[..^2]);
            _heldLineEnds = 1;
        }
        else
        {
            _digest.Write(run);
        }
        return run.Length;
    }
}
