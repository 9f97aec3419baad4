using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Milter;

/// <summary>Where a milter listens: <c>inet:PORT@HOST</c>, <c>inet6:PORT@HOST</c>, <c>unix:PATH</c> or <c>local:PATH</c>, and Postfix's <c>inet:HOST:PORT</c>.</summary>
public sealed record MilterAddress
{
    private MilterAddress(AddressFamily family, string host, ushort port) => (Family, Host, Port) = (family, host, port);

    /// <summary>InterNetwork, InterNetworkV6 or Unix.</summary>
    public AddressFamily Family { get; }

    /// <summary>The host in lower case, empty for all addresses; for Unix the path.</summary>
    public string Host { get; }

    /// <summary>The port; 0 for Unix.</summary>
    public ushort Port { get; }

    /// <summary>The socket's path, or null for TCP.</summary>
    public string? Path => Family == AddressFamily.Unix ? Host : null;

    /// <summary>True if only this machine can reach it.</summary>
    public bool IsLoopback => Family == AddressFamily.Unix || IsLocalName || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    private bool IsLocalName => Host == "localhost";

    /// <summary>Reads the text of a setting.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">What is wrong, for the administrator.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MilterAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, null);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        switch (scheme)
        {
            case "inet":
                return TryParseInet(rest, AddressFamily.InterNetwork, out address, out problem);
            case "inet6":
                return TryParseInet(rest, AddressFamily.InterNetworkV6, out address, out problem);
            case "unix" or "local" when rest.Length > 0 && !rest.Contains('\0', StringComparison.Ordinal):
                address = new(AddressFamily.Unix, rest, 0);
                return true;
            default:
                problem = $"'{text}' is no socket; write inet:PORT@HOST, inet6:PORT@HOST or unix:PATH";
                return false;
        }
    }

    /// <summary>The same, with a relative path made absolute; TCP as it is.</summary>
    /// <param name="folder">What a relative path is relative to.</param>
    public MilterAddress In(string folder) => Path is null ? this : new(Family, System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, Path)), 0);

    /// <summary>The end points to bind or connect to. <c>localhost</c> is 127.0.0.1 for <c>inet</c> and ::1 for <c>inet6</c>, without a look-up.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<IReadOnlyList<EndPoint>> ResolveAsync(CancellationToken cancel)
    {
        if (Family == AddressFamily.Unix)
            return [new UnixDomainSocketEndPoint(Host)];
        var six = Family == AddressFamily.InterNetworkV6;
        if (Host.Length == 0)
            return [new IPEndPoint(six ? IPAddress.IPv6Any : IPAddress.Any, Port)];
        if (IsLocalName)
            return [new IPEndPoint(six ? IPAddress.IPv6Loopback : IPAddress.Loopback, Port)];
        if (IPAddress.TryParse(Host, out var literal))
            return [new IPEndPoint(literal, Port)];
        var addresses = await System.Net.Dns.GetHostAddressesAsync(Host, Family, cancel);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        return [.. addresses.Select(found => new IPEndPoint(found, Port))];
    }

    /// <inheritdoc/>
    public override string ToString() => Family switch
    {
        AddressFamily.Unix => $"unix:{Host}",
        AddressFamily.InterNetwork => Inet("inet"),
        _ => Inet("inet6"),
    };

    private string Inet(string scheme) => string.Create(CultureInfo.InvariantCulture, $"{scheme}:{Port}{(Host.Length == 0 ? "" : "@")}{Host}");

    private static bool TryParseInet(string rest, AddressFamily family, [NotNullWhen(true)] out MilterAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, null);
        var (port, host, isPostfixForm) = Split(rest);
        host = host is ['[', .. var inner, ']'] ? inner : host;
        var isLiteral = IPAddress.TryParse(host, out var literal);
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            problem = $"'{port}' is no port";
        else if (isPostfixForm && host.Length == 0)
            problem = "the host is missing before ':'";
        else if (isLiteral ? literal!.AddressFamily != family : host.AsSpan().ContainsAny(":@/ "))
            problem = $"'{host}' is no host for {(family == AddressFamily.InterNetwork ? "inet" : "inet6")}";
        else
            address = new(family, isLiteral ? literal!.ToString() : host.ToLowerInvariant(), number);
        return address is not null;
    }

    private static (string Port, string Host, bool IsPostfixForm) Split(string rest)
    {
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
            return (rest[..at], rest[(at + 1)..], false);
        var colon = rest.LastIndexOf(':');
        return colon < 0 ? (rest, "", false) : (rest[(colon + 1)..], rest[..colon], true);
    }
}
