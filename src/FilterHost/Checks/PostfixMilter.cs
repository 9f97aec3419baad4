using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FilterHost.Milter;

namespace FilterHost.Checks;

/// <summary>One milter of a list such as smtpd_milters: an address as Postfix writes it, or <c>{ address, name=value, … }</c> of Postfix 3.0.</summary>
internal sealed record PostfixMilter(string Address, IReadOnlyList<string> Attributes)
{
    /// <summary>How Postfix writes a listener's address: host and port the other way round, IPv6 in brackets, and a path below its queue directory without that directory, which is right in a chroot and outside.</summary>
    public static PostfixMilter Of(MilterAddress address, PostfixConfiguration postfix)
    {
        if (address.Path is { } path)
            return new($"unix:{postfix.BelowQueueDirectory(path) ?? path}", []);
        // The listener of all addresses is reached at the loopback one.
        var host = IsThisMachine(address.Host) ? (address.Family == AddressFamily.InterNetworkV6 ? "::1" : "127.0.0.1") : address.Host;
        return new(string.Create(CultureInfo.InvariantCulture, $"inet:{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{address.Port}"), []);
    }

    /// <summary>Reads a list, in its order.</summary>
    public static IReadOnlyList<PostfixMilter> ListOf(string value) => [.. Elements(value).Select(Parse)];

    public string? this[string attribute] => Attributes.Select(Parts).LastOrDefault(parts => parts.Length == 2 && parts[0] == attribute)?[1];

    /// <summary>The same with an attribute's value changed.</summary>
    public PostfixMilter With(string attribute, string value) =>
        this with { Attributes = [.. Attributes.Where(text => Parts(text)[0] != attribute), $"{attribute}={value}"] };

    /// <summary>True if the address is that of the listener.</summary>
    public bool Reaches(MilterAddress listener, PostfixConfiguration postfix) => Address.Split(':', 2) switch
    {
        ["unix" or "local", var path] => listener.Path is { } socket && (Path.Combine(postfix.QueueDirectory, path) == socket || $"{postfix.QueueDirectory.TrimEnd('/')}{path}" == socket),
        ["inet", var endPoint] when listener.Path is null && endPoint.LastIndexOf(':') is > 0 and var colon =>
            endPoint[(colon + 1)..] == listener.Port.ToString(CultureInfo.InvariantCulture) && IsSameHost(endPoint[..colon].Trim('[', ']'), listener),
        _ => false,
    };

    public override string ToString() => Attributes.Count == 0 ? Address : $"{{ {Address}, {string.Join(", ", Attributes)} }}";

    private static bool IsSameHost(string host, MilterAddress listener) => listener.Host switch
    {
        "" or "0.0.0.0" or "::" => true,
        "localhost" => host == "localhost" || host == (listener.Family == AddressFamily.InterNetworkV6 ? "::1" : "127.0.0.1"),
        var own => host.Equals(own, StringComparison.OrdinalIgnoreCase) || (host == "localhost" && IPAddress.TryParse(own, out var address) && (own == "127.0.0.1" || address.Equals(IPAddress.IPv6Loopback))),
    };

    private static bool IsThisMachine(string host) => host is "" or "localhost" or "0.0.0.0" or "::";

    private static PostfixMilter Parse(string element) =>
        element is ['{', .. var inner, '}'] && Elements(inner).ToArray() is [var address, .. var attributes] ? new(address, attributes) : new(element, []);

    // name=value, or { name = value }.
    private static string[] Parts(string attribute) => attribute.Trim('{', '}', ' ').Split('=', 2, StringSplitOptions.TrimEntries);

    // Commas and white space part the elements, but not within braces.
    private static IEnumerable<string> Elements(string value)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= value.Length; i++)
        {
            var isEnd = i == value.Length || (depth == 0 && value[i] is ' ' or '\t' or '\n' or ',');
            if (isEnd && i > start)
                yield return value[start..i];
            if (isEnd)
                start = i + 1;
            else
                depth += value[i] switch { '{' => 1, '}' => -1, _ => 0 };
        }
    }
}
