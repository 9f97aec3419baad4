namespace FilterHost.MailAuth.Dkim;

/// <summary>Hashes the body of one message once for each distinct canonicalization and length limit that its signatures ask for.</summary>
internal sealed class BodyHasher : IDisposable
{
    private readonly List<(Canonicalization Canonicalization, long Limit, BodyCanonicalizer Canonicalizer)> _passes = new(1);
    private byte[]?[] _hashes = [];

    /// <summary>Asks for a pass before the first chunk; returns its number.</summary>
    public int Add(Canonicalization canonicalization, long? limit)
    {
        var octets = limit ?? long.MaxValue;
        var index = _passes.FindIndex(pass => pass.Canonicalization == canonicalization && pass.Limit == octets);
        if (index >= 0)
            return index;
        _passes.Add((canonicalization, octets, new BodyCanonicalizer(canonicalization, octets)));
        return _passes.Count - 1;
    }

    public void Append(ReadOnlySpan<byte> chunk)
    {
        foreach (var pass in _passes)
            pass.Canonicalizer.Append(chunk);
    }

    public void Finish() => _hashes = [.. _passes.Select(static pass => pass.Canonicalizer.Finish())];

    /// <summary>The hash of a pass, after the end.</summary>
    public byte[] Hash(int pass) => _hashes[pass]!;

    /// <summary>Octets of the canonicalized body, after the end.</summary>
    public long Length(int pass) => _passes[pass].Canonicalizer.Length;

    public void Dispose()
    {
        foreach (var pass in _passes)
            pass.Canonicalizer.Dispose();
    }
}
