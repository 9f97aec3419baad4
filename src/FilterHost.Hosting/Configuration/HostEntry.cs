using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace FilterHost.Hosting.Configuration;

/// <summary>One entry of a list of hosts: a name, a domain or a network, or what is excepted from those.</summary>
/// <param name="IsExcepted">True for <c>!</c>.</param>
/// <param name="Name">A host's name, or a domain with its dot before it: <c>.example.com</c>. Null for a network.</param>
/// <param name="Network">A network; an address is one of its own.</param>
internal readonly record struct HostEntry(bool IsExcepted, string? Name, IPNetwork Network)
{
    private const int MappedPrefix = 96;

    private static readonly SearchValues<char> OfAddresses = SearchValues.Create("0123456789.");

    /// <summary>Reads an entry.</summary>
    /// <param name="text">The entry, without white space around it.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="problem">What is wrong with it, and what to write.</param>
    public static bool TryParse(string text, out HostEntry entry, [NotNullWhen(false)] out string? problem)
    {
        var (isExcepted, host) = text is ['!', .. var rest] ? (true, rest) : (false, text);
        entry = default;
        problem = null;
        if (host.Contains('/', StringComparison.Ordinal))
            return TryParseNetwork(isExcepted, host, out entry, out problem);
        if (IPAddress.TryParse(WithoutBrackets(host), out var address) && IsWhole(host))
            entry = new HostEntry(isExcepted, null, Plain(new IPNetwork(address, address.GetAddressBytes().Length * 8)));
        else if (NameOf(host) is { } name)
            entry = new HostEntry(isExcepted, name, default);
        else
            problem = Problem(host);
        return problem is null;
    }

    // OpenDKIM 2.11 looks for the masked address only, so it never finds a network with host bits; its administrator believes that it works.
    private static bool TryParseNetwork(bool isExcepted, string text, out HostEntry entry, [NotNullWhen(false)] out string? problem)
    {
        entry = default;
        problem = $"\"{text}\" is no network; write it as 192.0.2.0/24 or 2001:db8::/32";
        if (WithoutBrackets(text).Split('/') is not [var before, var length] || !IsWhole(before) || !IPAddress.TryParse(before, out var address)
            || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits > address.GetAddressBytes().Length * 8)
            return false;
        var network = Masked(address, bits);
        problem = network.BaseAddress.Equals(address) ? null
            : $"\"{text}\" has bits set beyond its length, and OpenDKIM never matches such an entry; write {network} for the network or {address} for the host";
        entry = new HostEntry(isExcepted, null, Plain(network));
        return problem is null;
    }

    private static string Problem(string text) => text switch
    {
        "unknown" => "\"unknown\" is what Postfix calls every client without a verified name; it is no host",
        ['*', '.', .. var domain] => $"\"{text}\" has a wildcard, which OpenDKIM never matches; write .{domain} for all names below {domain}",
        ['/', ..] => $"\"{text}\" is no host; a file is written file:{text}",
        _ => $"\"{text}\" is no host; expected an address, a network such as 192.0.2.0/24, a host name, .domain, or one of these after !",
    };

    private static string? NameOf(string text)
    {
        var (dot, name) = text is ['.', .. var domain] ? (".", domain) : ("", text);
        // What is all digits and dots was meant for an address.
        var isName = name != "unknown" && name.AsSpan().ContainsAnyExcept(OfAddresses) && DomainName.TryParse(name, out _);
        return isName ? dot + DomainName.Parse(name) : null;
    }

    private static string WithoutBrackets(string text) => text is ['[', ..] ? text.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal) : text;

    // IPAddress takes "10" and "10.1" for addresses too.
    private static bool IsWhole(string text) => text.Contains(':', StringComparison.Ordinal) || text.AsSpan().Count('.') == 3;

    // A client's IPv4-mapped address is given as IPv4.
    private static IPNetwork Plain(IPNetwork network) => network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefix
        ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix)
        : network;

    private static IPNetwork Masked(IPAddress address, int bits)
    {
        var octets = address.GetAddressBytes();
        for (var i = bits; i < octets.Length * 8; i++)
            octets[i / 8] &= (byte)~(0x80 >> (i % 8));
        return new IPNetwork(new IPAddress(octets), bits);
    }
}
