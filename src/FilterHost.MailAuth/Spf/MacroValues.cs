using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.MailAuth.Spf;

/// <summary>What the macros stand for (RFC 7208 §7.2).</summary>
/// <param name="Request">The question.</param>
/// <param name="Domain">The domain under evaluation, <c>%{d}</c>.</param>
/// <param name="ValidatedName">The client's name, <c>%{p}</c>.</param>
/// <param name="Time">The time, <c>%{t}</c>.</param>
internal readonly record struct MacroValues(SpfRequest Request, DomainName Domain, string? ValidatedName, DateTimeOffset Time)
{
    private const string Unknown = "unknown";

    public string Of(char letter) => letter switch
    {
        's' => $"{Request.LocalPart}@{Request.Domain}",
        'l' => Request.LocalPart,
        'o' => Request.Domain!.ToString(),
        'd' => Domain.ToString(),
        'i' => Dotted(Request.ClientAddress!),
        'p' => ValidatedName ?? Unknown,
        'h' => Request.Helo,
        'v' => IsIp4(Request.ClientAddress!) ? "in-addr" : "ip6",
        'c' => Request.ClientAddress!.ToString(),
        'r' => Request.Receiver ?? Unknown,
        't' => Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ => throw new ArgumentOutOfRangeException(nameof(letter)),
    };

    // RFC 7208 §7.3: IPv6 addresses are "dot-separated nibbles".
    private static string Dotted(IPAddress address)
    {
        if (IsIp4(address))
            return address.ToString();
        var nibbles = Convert.ToHexStringLower(address.GetAddressBytes());
        return string.Create((nibbles.Length * 2) - 1, nibbles, static (text, source) =>
        {
            text.Fill('.');
            for (var i = 0; i < source.Length; i++)
                text[i * 2] = source[i];
        });
    }

    private static bool IsIp4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;
}
