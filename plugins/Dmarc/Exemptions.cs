using System.Net;
using FilterHost.MailAuth.Addresses;

namespace FilterHost.Plugins.Dmarc;

/// <summary>The exemptions of the settings. They turn what is done into accept; the result stays what it is.</summary>
internal sealed class Exemptions
{
    private readonly DomainList _authors;
    private readonly HashSet<string> _lists;
    private readonly DomainList _forwarders = new();
    private readonly List<IPNetwork> _networks = [];

    public Exemptions(DmarcSettings settings)
    {
        _authors = DomainList.Of(settings.ExemptDomains, "exempt_domains");
        _lists = new HashSet<string>(settings.ExemptLists, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < settings.TrustedForwarders.Count; i++)
        {
            var entry = settings.TrustedForwarders[i];
            if (NetworkOf(entry) is { } network)
                _networks.Add(network);
            else if (!_forwarders.TryAdd(entry))
                throw new SettingException($"trusted_forwarders[{i}]", $"'{entry}' is neither a network such as \"192.0.2.0/24\" nor an address nor a domain");
        }
    }

    /// <summary>The exemption of a message, or null.</summary>
    public Exemption? Find(MailMessage message, DmarcResult result)
    {
        if (result.AuthorDomain is { } author && _authors.Has(author))
            return new Exemption("local_policy", $"author domain {author}");
        if (message.Connection.ClientAddress is { } address && _networks.Exists(network => network.Contains(address)))
            return new Exemption("trusted_forwarder", $"client {address}");
        foreach (var earlier in message.Results)
        {
            if (PassedDomain(earlier) is { } domain && _forwarders.Has(domain))
                return new Exemption("trusted_forwarder", $"{earlier.Method}=pass of {domain}");
        }
        return FindList(message);
    }

    private Exemption? FindList(MailMessage message)
    {
        if (_lists.Count == 0)
            return null;
        foreach (var field in message.Header.All("List-Id"))
        {
            if (ListIdOf(field.Text) is { } id && _lists.Contains(id))
                return new Exemption("mailing_list", $"list {id}");
        }
        return null;
    }

    private static DomainName? PassedDomain(AuthenticationResult result) => result switch
    {
        // A key under test vouches for nothing (RFC 6376 §3.6.1), and HELO is nobody's forwarder.
        DkimSignatureResult { Outcome: DkimOutcome.Pass } dkim when dkim.IsTestingKey is not true => dkim.SigningDomain,
        SpfResult { Outcome: SpfOutcome.Pass, Identity: SpfIdentity.MailFrom } spf => spf.Domain,
        _ => null,
    };

    // list-id-header = "List-ID:" [phrase] "<" list-id ">" (RFC 2919 §3)
    private static string? ListIdOf(string text)
    {
        var (start, end) = (text.LastIndexOf('<'), text.LastIndexOf('>'));
        return start >= 0 && end > start ? text[(start + 1)..end] : null;
    }

    private static IPNetwork? NetworkOf(string entry)
    {
        if (IPNetwork.TryParse(entry, out var network))
            return network;
        return entry.AsSpan().IndexOfAny(':', '.') >= 0 && IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }
}
