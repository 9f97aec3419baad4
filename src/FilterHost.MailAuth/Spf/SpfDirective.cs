using System.Net;

namespace FilterHost.MailAuth.Spf;

/// <summary>A qualifier and a mechanism (RFC 7208 §4.6.1).</summary>
/// <param name="Outcome">The result of a match, by the qualifier.</param>
/// <param name="Mechanism">The mechanism.</param>
/// <param name="Text">The mechanism as written, without its qualifier.</param>
internal sealed record SpfDirective(SpfOutcome Outcome, SpfMechanism Mechanism, string Text)
{
    /// <summary>The domain-spec; null where there is none, which stands for the domain under evaluation.</summary>
    public DomainSpec? Target { get; init; }

    /// <summary>The network of ip4 and ip6.</summary>
    public IPAddress? Network { get; init; }

    public int Ip4Prefix { get; init; } = AddressPrefix.Ip4Bits;

    public int Ip6Prefix { get; init; } = AddressPrefix.Ip6Bits;

    public int PrefixFor(IPAddress address) => AddressPrefix.BitsOf(address) == AddressPrefix.Ip4Bits ? Ip4Prefix : Ip6Prefix;
}
