namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Finds fields by name, letter case ignored, from the bottom up, so that the fields of all h= lists together cost time in proportion to their number: each field knows
/// the next one above it of the same name.
/// </summary>
internal sealed class HeaderIndex
{
    private readonly HeaderSection _header;
    private readonly Dictionary<FieldName, int> _groups = [];
    private readonly List<int> _lowest = [];
    private readonly int[] _above;

    public HeaderIndex(HeaderSection header)
    {
        _header = header;
        _above = new int[header.Count];
        for (var i = 0; i < header.Count; i++)
            Add(i);
    }

    /// <summary>A selection of fields for one signature: each mention of a name takes the lowest instance that is left (RFC 6376 §5.4.2).</summary>
    public Selection Select(HeaderField? except) => new(this, except);

    private void Add(int field)
    {
        var name = new FieldName(_header[field].Name);
        if (_groups.TryGetValue(name, out var group))
        {
            _above[field] = _lowest[group];
            _lowest[group] = field;
            return;
        }
        _groups.Add(name, _lowest.Count);
        _above[field] = -1;
        _lowest.Add(field);
    }

    internal readonly struct Selection(HeaderIndex index, HeaderField? except)
    {
        private readonly int[] _next = [.. index._lowest];

        /// <summary>The next field of the name; null where none is left, which stands for the null string.</summary>
        public HeaderField? Next(ReadOnlyMemory<byte> name)
        {
            if (!index._groups.TryGetValue(new FieldName(name), out var group))
                return null;
            while (_next[group] >= 0)
            {
                var field = index._header[_next[group]];
                _next[group] = index._above[_next[group]];
                // The signature at hand is never among the fields that it signs (RFC 6376 §3.7).
                if (!ReferenceEquals(field, except))
                    return field;
            }
            return null;
        }
    }

    private readonly struct FieldName(ReadOnlyMemory<byte> octets) : IEquatable<FieldName>
    {
        private readonly ReadOnlyMemory<byte> _octets = octets;

        public bool Equals(FieldName other) => System.Text.Ascii.EqualsIgnoreCase(_octets.Span, other._octets.Span);

        public override bool Equals(object? obj) => obj is FieldName other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            Span<byte> lower = stackalloc byte[64];
            var rest = _octets.Span;
            while (!rest.IsEmpty)
            {
                var part = rest[..Math.Min(rest.Length, lower.Length)];
                // Names hold printable ASCII, where setting this bit joins the two cases; other characters may collide, which Equals tells apart.
                for (var i = 0; i < part.Length; i++)
                    lower[i] = (byte)(part[i] | 0x20);
                hash.AddBytes(lower[..part.Length]);
                rest = rest[part.Length..];
            }
            return hash.ToHashCode();
        }
    }
}
