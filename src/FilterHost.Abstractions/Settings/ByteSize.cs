using System.Globalization;

namespace FilterHost;

/// <summary>A number of octets. In the settings a whole number, or a string with <c>k</c>, <c>M</c> or <c>G</c> (powers of 1024).</summary>
/// <param name="Octets">The number, not negative.</param>
public readonly record struct ByteSize(long Octets)
{
    /// <summary>Parses <c>65536</c>, <c>64k</c>, <c>1M</c>, <c>2G</c>.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var shift = text.Length == 0 ? 0 : text[^1] switch { 'k' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
            return false;
        size = new ByteSize(number << shift);
        return true;
    }

    /// <summary>The shortest form that parses back.</summary>
    public override string ToString()
    {
        var (number, unit) = Octets switch
        {
            0 => (0L, ""),
            _ when Octets % (1 << 30) == 0 => (Octets >> 30, "G"),
            _ when Octets % (1 << 20) == 0 => (Octets >> 20, "M"),
            _ when Octets % (1 << 10) == 0 => (Octets >> 10, "k"),
            _ => (Octets, ""),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }
}
