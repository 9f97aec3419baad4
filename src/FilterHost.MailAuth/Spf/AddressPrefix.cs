using System.Net;
using System.Net.Sockets;

namespace FilterHost.MailAuth.Spf;

/// <summary>Compares the first bits of addresses (RFC 7208 §5).</summary>
internal static class AddressPrefix
{
    public const int Ip4Bits = 32;

    public const int Ip6Bits = 128;

    public static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? Ip4Bits : Ip6Bits;

    /// <summary>True where both are of one family and equal in their first <paramref name="bits"/> bits.</summary>
    public static bool Matches(IPAddress left, IPAddress right, int bits)
    {
        if (left.AddressFamily != right.AddressFamily)
            return false;
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        left.TryWriteBytes(a, out _);
        right.TryWriteBytes(b, out _);
        var whole = bits / 8;
        var rest = bits % 8;
        return a[..whole].SequenceEqual(b[..whole]) && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
    }
}
