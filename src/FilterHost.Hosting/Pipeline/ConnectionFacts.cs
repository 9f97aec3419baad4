using System.Net;
using System.Text;
using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The SMTP client of one connection, as filters see it.</summary>
internal sealed class ConnectionFacts(string listener, IReadOnlyList<IPNetwork> internalNetworks, MacroTable macros) : SmtpConnection
{
    private string _clientName = "";
    private IPAddress? _clientAddress;
    private int _clientPort;
    private string? _helo;
    private bool _isInternal;

    public override string ClientName => _clientName;

    public override IPAddress? ClientAddress => _clientAddress;

    public override int ClientPort => _clientPort;

    public override string? Helo => _helo;

    public override string? MtaName => macros["j"];

    public override string? DaemonName => macros["daemon_name"];

    public override bool IsInternal => _isInternal;

    public override string Listener => listener;

    public override MacroSet Macros => macros;

    public void SetClient(MilterClientAddress client)
    {
        _clientName = Encoding.UTF8.GetString(client.HostName.Span);
        _clientPort = client.Port;
        _clientAddress = client.Family is '4' or '6' ? ParseAddress(Encoding.ASCII.GetString(client.Address.Span)) : null;
        _isInternal = _clientAddress is not null && IsIn(internalNetworks, _clientAddress);
        _helo = null;
    }

    public void SetHelo(ReadOnlySpan<byte> name) => _helo = Encoding.UTF8.GetString(name);

    /// <summary>The client for the log: name and address.</summary>
    public string Describe() => _clientAddress is null ? _clientName : $"{_clientName}[{_clientAddress}]";

    private static IPAddress? ParseAddress(string text)
    {
        // Sendmail writes "IPv6:" before the address, as in an address literal.
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        if (!IPAddress.TryParse(text, out var address))
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static bool IsIn(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
                return true;
        }
        return false;
    }
}
