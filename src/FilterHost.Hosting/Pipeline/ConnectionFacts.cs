using System.Net;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The SMTP client of one connection, as filters see it.</summary>
internal sealed class ConnectionFacts(string listener, MacroTable macros) : SmtpConnection
{
    private string _clientName = "";
    private IPAddress? _clientAddress;
    private string _clientAddressText = "";
    private int _clientPort;
    private string? _helo;
    private bool _isInternal;
    private Action? _ended;

    /// <summary>What the host says of the connection and the message in hand, in a worker; null in the host itself.</summary>
    public ToldFacts? Told { get; set; }

    public override string ClientName => _clientName;

    public override IPAddress? ClientAddress => _clientAddress;

    public override int ClientPort => _clientPort;

    public override string? Helo => _helo;

    public override string? MtaName => macros["j"];

    public override string? DaemonName => macros["daemon_name"];

    public override bool IsInternal => Told?.IsInternal ?? _isInternal;

    public override string Listener => Told?.Listener ?? listener;

    public override MacroSet Macros => macros;

    /// <summary>True where the client is in the listener's list of those that pass.</summary>
    public bool IsPeer { get; private set; }

    /// <summary>The same, by the command they came with.</summary>
    public MacroTable MacroTable => macros;

    /// <summary>U unknown, L local socket, 4 IPv4, 6 IPv6.</summary>
    public char ClientFamily { get; private set; } = 'U';

    /// <summary>The client's address, or the path of its socket, as the MTA wrote it; empty where it is unknown.</summary>
    public string ClientAddressText => _clientAddressText;

    public void SetClient(MilterClientAddress client, ClientPolicy clients)
    {
        _clientName = Encoding.UTF8.GetString(client.HostName.Span);
        _clientPort = client.Port;
        ClientFamily = client.Family;
        _clientAddressText = Encoding.UTF8.GetString(client.Address.Span);
        _clientAddress = client.Family is '4' or '6' ? ParseAddress(_clientAddressText) : null;
        _helo = null;
        Judge(clients);
    }

    /// <summary>Finds anew who the client is, since the lists are others now.</summary>
    public void Judge(ClientPolicy clients)
    {
        _isInternal = IsIn(clients.Internal);
        IsPeer = IsIn(clients.Peers);
    }

    public void SetHelo(ReadOnlySpan<byte> name) => _helo = Encoding.UTF8.GetString(name);

    /// <summary>Has something done when the client is gone.</summary>
    public void WhenEnded(Action act) => _ended += act;

    /// <summary>The client is gone.</summary>
    public void End()
    {
        var ended = _ended;
        _ended = null;
        ended?.Invoke();
    }

    /// <summary>The client for the log: name and address.</summary>
    public string Describe() => _clientAddress is null ? _clientName : $"{_clientName}[{_clientAddress}]";

    /// <summary>True where the client's address is in one of the networks; never for one that is not known.</summary>
    public bool IsIn(IReadOnlyList<IPNetwork> networks)
    {
        if (_clientAddress is null)
            return false;
        foreach (var network in networks)
        {
            if (network.BaseAddress.AddressFamily == _clientAddress.AddressFamily && network.Contains(_clientAddress))
                return true;
        }
        return false;
    }

    // A client of unknown address is nobody's, whatever name it has.
    private bool IsIn(HostList hosts) => _clientAddress is not null && hosts.Contains(VerifiedName, _clientAddress);

    // Postfix and Sendmail give a name only where it leads back to the address; else "unknown" or the address in brackets. Sendmail says of others in {client_resolve} that they
    // are FORGED, or that this could not be found out, and so does its macro _, which it sends unasked.
    private string? VerifiedName =>
        _clientName is "" or ['[', ..] || _clientName.Equals("unknown", StringComparison.OrdinalIgnoreCase)
        || macros["client_resolve"] is { Length: > 0 } and not "OK"
        || macros["_"]?.Contains("(may be forged)", StringComparison.Ordinal) is true
            ? null
            : _clientName;

    private static IPAddress? ParseAddress(string text)
    {
        // Sendmail writes "IPv6:" before the address, as in an address literal.
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        if (!IPAddress.TryParse(text, out var address))
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
