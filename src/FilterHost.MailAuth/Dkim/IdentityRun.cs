using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Finds how many octets from the start of a span are their own canonical form, by looking at each octet and the two after it, 32 places at a time.
/// The span begins with text. The run stops two octets before the end of the span, since what follows is not known.
/// </summary>
internal static class IdentityRun
{
    public static int SimpleLength(ReadOnlySpan<byte> text)
    {
        var i = 0;
        ref var start = ref MemoryMarshal.GetReference(text);
        for (; Vector256.IsHardwareAccelerated && i + Vector256<byte>.Count + 2 <= text.Length; i += Vector256<byte>.Count)
        {
            var first = Vector256.LoadUnsafe(ref start, (nuint)i);
            var stops = LineStops(first, Vector256.LoadUnsafe(ref start, (nuint)i + 1), Vector256.LoadUnsafe(ref start, (nuint)i + 2));
            if (stops != Vector256<byte>.Zero)
                return i + BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
        }
        while (i + 2 < text.Length && !IsLineStop(text[i], text[i + 1], text[i + 2]))
            i++;
        return i;
    }

    public static int RelaxedLength(ReadOnlySpan<byte> text)
    {
        var i = 0;
        ref var start = ref MemoryMarshal.GetReference(text);
        for (; Vector256.IsHardwareAccelerated && i + Vector256<byte>.Count + 2 <= text.Length; i += Vector256<byte>.Count)
        {
            var first = Vector256.LoadUnsafe(ref start, (nuint)i);
            var second = Vector256.LoadUnsafe(ref start, (nuint)i + 1);
            var stops = LineStops(first, second, Vector256.LoadUnsafe(ref start, (nuint)i + 2)) | SpaceStops(first, second);
            if (stops != Vector256<byte>.Zero)
                return i + BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
        }
        while (i + 2 < text.Length && !IsLineStop(text[i], text[i + 1], text[i + 2]) && !IsSpaceStop(text[i], text[i + 1]))
            i++;
        return i;
    }

    // A line end that may be followed by an empty line, and an LF without CR.
    private static Vector256<byte> LineStops(Vector256<byte> first, Vector256<byte> second, Vector256<byte> third)
    {
        var cr = Vector256.Create((byte)'\r');
        var lf = Vector256.Create((byte)'\n');
        var isCr = Vector256.Equals(first, cr);
        var isLineEnd = isCr & (Vector256.Equals(third, cr) | Vector256.Equals(third, lf));
        return isLineEnd | Vector256.AndNot(Vector256.Equals(second, lf), isCr);
    }

    // A tab, and a space before white space or a line end.
    private static Vector256<byte> SpaceStops(Vector256<byte> first, Vector256<byte> second)
    {
        var tab = Vector256.Create((byte)'\t');
        var space = Vector256.Create((byte)' ');
        // HTAB, LF and CR are 9, 10 and 13; VT and FF between them only cost a needless stop.
        var isLow = Vector256.LessThanOrEqual(second - tab, Vector256.Create((byte)4));
        return Vector256.Equals(first, tab) | (Vector256.Equals(first, space) & (Vector256.Equals(second, space) | isLow));
    }

    private static bool IsLineStop(byte first, byte second, byte third) =>
        (first == '\r' && third is (byte)'\r' or (byte)'\n') || (second == '\n' && first != '\r');

    private static bool IsSpaceStop(byte first, byte second) =>
        first == '\t' || (first == ' ' && second is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n');
}
