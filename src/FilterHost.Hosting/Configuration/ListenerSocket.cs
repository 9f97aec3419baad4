using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Hosting.Configuration;

/// <summary>What the settings need to know of a listener's socket before it is opened.</summary>
/// <param name="Address">One text for one socket; a path is absolute.</param>
/// <param name="IsUnix">It is a path.</param>
/// <param name="IsLoopback">Only this machine can reach it.</param>
internal sealed record ListenerSocket(string Address, bool IsUnix, bool IsLoopback)
{
    /// <summary>Reads <c>inet:PORT@HOST</c>, <c>inet6:PORT@HOST</c>, <c>unix:PATH</c>, <c>local:PATH</c>, and Postfix's <c>inet:HOST:PORT</c>.</summary>
    /// <param name="text">The setting.</param>
    /// <param name="file">The file that names it, which a relative path is relative to.</param>
    /// <returns>Null if it is none of these.</returns>
    public static ListenerSocket? Parse(string text, string file)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        return scheme switch
        {
            "unix" or "local" when rest.Length > 0 && !rest.Contains('\0', StringComparison.Ordinal) => new($"unix:{SettingValueReader.PathBeside(file, rest)}", true, true),
            "inet" => Inet(scheme, rest, AddressFamily.InterNetwork),
            "inet6" => Inet(scheme, rest, AddressFamily.InterNetworkV6),
            _ => null,
        };
    }

    private static ListenerSocket? Inet(string scheme, string rest, AddressFamily family)
    {
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var colon = rest.LastIndexOf(':');
        var (port, host) = at >= 0 ? (rest[..at], rest[(at + 1)..]) : colon < 0 ? (rest, "") : (rest[(colon + 1)..], rest[..colon]);
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (at < 0 && colon == 0))
            return null;
        host = host is ['[', .. var inner, ']'] ? inner : host;
        var isLiteral = IPAddress.TryParse(host, out var literal);
        if (isLiteral ? literal!.AddressFamily != family : host.AsSpan().ContainsAny(":@/ "))
            return null;
        var isLoopback = isLiteral ? IPAddress.IsLoopback(literal!) : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        var name = isLiteral ? literal!.ToString() : host.ToLowerInvariant();
        return new(string.Create(CultureInfo.InvariantCulture, $"{scheme}:{number}{(name.Length == 0 ? "" : "@")}{name}"), false, isLoopback);
    }
}
