using System.Buffers;
using System.Buffers.Text;

namespace FilterHost.MailAuth.Syntax;

/// <summary>Reads values of tags. White space is SP and HTAB only, and CRLF as part of a fold (RFC 6376 §2.8).</summary>
internal static class TagText
{
    public static bool IsWsp(byte octet) => octet is (byte)' ' or (byte)'\t';

    /// <summary>The range without folding white space at both ends.</summary>
    public static Range Trim(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end && IsFws(text[start]))
            start++;
        while (end > start && IsFws(text[end - 1]))
            end--;
        return start..end;
    }

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text[Trim(text, 0, text.Length)];

    /// <summary>1*<paramref name="maximumDigits"/> DIGIT. A number too large for the type becomes its maximum.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> text, int maximumDigits, out long number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > maximumDigits || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (var digit in text)
            number = number > (long.MaxValue - 9) / 10 ? long.MaxValue : (number * 10) + (digit - '0');
        return true;
    }

    /// <summary>Base64 with folding white space anywhere, which is ignored (RFC 6376 §3.5, b=). Padding is required where RFC 4648 asks for it.</summary>
    public static bool TryReadBase64(ReadOnlySpan<byte> text, int maximumOctets, out byte[] octets)
    {
        octets = [];
        // The decoder leaves out white space by itself; twice the plain length leaves room for folds.
        if (text.Length > maximumOctets * 3)
            return false;
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, buffer, out _, out var written) != OperationStatus.Done || written > maximumOctets)
            return false;
        octets = buffer[..written];
        return true;
    }

    /// <summary>True where the list, separated by colons with folding white space around them, has <paramref name="item"/> with equal letter case.</summary>
    public static bool ListHas(ReadOnlySpan<byte> list, ReadOnlySpan<byte> item)
    {
        foreach (var range in list.Split((byte)':'))
        {
            if (Trim(list[range]).SequenceEqual(item))
                return true;
        }
        return false;
    }

    private static bool IsFws(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
