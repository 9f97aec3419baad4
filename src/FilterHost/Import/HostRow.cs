using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Import;

/// <summary>Rows of InternalHosts, PeerList and their like.</summary>
internal static class HostRow
{
    /// <summary>
    /// Why OpenDKIM never matches a row, or null if it does. OpenDKIM 2.11 writes the client's address cut to each length as text and looks that up: "192.0.2.1/24" and "192.0.2/24" are never found.
    /// </summary>
    public static string? FindMismatch(string row)
    {
        var pattern = row is ['!', .. var negated] ? negated : row;
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return null;
        var (text, length) = (Plain(pattern[..slash]), pattern[(slash + 1)..]);
        if (!IPAddress.TryParse(text, out var address) || !IsWhole(text, address))
            return "is no network in the form that OpenDKIM looks up";
        var width = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > width)
            return $"has no length from 0 to {width} behind the slash";
        var network = Cut(address, bits);
        if (!network.Equals(address))
            return $"has bits set behind its length; the network is {network}/{bits}";
        return text.Equals(network.ToString(), StringComparison.OrdinalIgnoreCase) ? null : $"is not in the form that OpenDKIM looks up, which is {network}/{bits}";
    }

    private static string Plain(string text) => text is ['[', .. var inner, ']'] ? inner : text;

    // The class library takes "192.0.2" for 192.0.0.2, as inet_addr(3) does.
    private static bool IsWhole(string text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 || text.AsSpan().Count('.') == 3;

    private static IPAddress Cut(IPAddress address, int bits)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            var kept = Math.Clamp(bits - (8 * i), 0, 8);
            octets[i] &= (byte)(0xFF << (8 - kept));
        }
        return new IPAddress(octets);
    }
}
