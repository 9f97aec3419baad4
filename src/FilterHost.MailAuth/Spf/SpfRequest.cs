using System.Net;

namespace FilterHost.MailAuth.Spf;

/// <summary>One question to SPF: may this client use this identity? The arguments of check_host() (RFC 7208 §4.1).</summary>
public sealed record SpfRequest
{
    // RFC 7208 §4.3: "If the <sender> has no local-part, substitute the string "postmaster"".
    private const string Postmaster = "postmaster";

    // RFC 5321 §4.5.3.1.1: a local part has at most 64 octets. Longer ones are met, but what macros make of them must have an end.
    private const int MaximumText = 512;

    private SpfRequest(IPAddress? clientAddress, string? helo, SpfIdentity identity) =>
        (ClientAddress, Helo, Identity) = (clientAddress is { IsIPv4MappedToIPv6: true } ? clientAddress.MapToIPv4() : clientAddress, Cut(helo ?? ""), identity);

    /// <summary>The client; null where it is not known, which gives none.</summary>
    public IPAddress? ClientAddress { get; }

    /// <summary>The HELO name as the client gave it, cut to a bounded length; empty where it gave none.</summary>
    public string Helo { get; }

    /// <summary>The identity.</summary>
    public SpfIdentity Identity { get; }

    /// <summary>True where the reverse-path is null, so that postmaster at the HELO name stands in for it (RFC 7208 §2.4).</summary>
    public bool IsNullPath { get; private init; }

    /// <summary>The domain that is checked; null where there is none, which gives none.</summary>
    public DomainName? Domain { get; private init; }

    /// <summary>Name of the MTA, for the macro <c>%{r}</c>.</summary>
    public string? Receiver { get; init; }

    /// <summary>Whether the domain's explanation is fetched where the result is fail. It costs another question.</summary>
    public bool WantsExplanation { get; init; }

    /// <summary>The local part of the identity, quoting removed.</summary>
    internal string LocalPart { get; private init; } = Postmaster;

    /// <summary>Asks for the reverse-path; a null one is postmaster at the HELO name (RFC 7208 §2.4).</summary>
    public static SpfRequest ForMailFrom(IPAddress? clientAddress, string? helo, EnvelopeAddress reversePath)
    {
        var request = new SpfRequest(clientAddress, helo, SpfIdentity.MailFrom);
        return reversePath.IsNull
            ? request with { IsNullPath = true, Domain = DomainOf(request.Helo) }
            : request.With(reversePath.LocalPart, reversePath.Domain);
    }

    /// <summary>Asks for the HELO name (RFC 7208 §2.3).</summary>
    public static SpfRequest ForHelo(IPAddress? clientAddress, string? helo)
    {
        var request = new SpfRequest(clientAddress, helo, SpfIdentity.Helo);
        return request with { Domain = DomainOf(request.Helo) };
    }

    /// <summary>Asks for a sender that is already taken apart.</summary>
    internal static SpfRequest ForSender(IPAddress? clientAddress, string? helo, string? localPart, string? domain) =>
        new SpfRequest(clientAddress, helo, SpfIdentity.MailFrom).With(localPart, DomainOf(domain));

    private static DomainName? DomainOf(string? text) => DomainName.TryParse(text, out var domain) ? domain : null;

    private static string Cut(string text) => text.Length <= MaximumText ? text : text[..MaximumText];

    private SpfRequest With(string? localPart, DomainName? domain) =>
        this with { LocalPart = string.IsNullOrEmpty(localPart) ? Postmaster : Cut(localPart), Domain = domain };
}
