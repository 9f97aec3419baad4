using System.Net;
using System.Net.Sockets;

namespace FilterHost.Checks;

/// <summary>Networks in an order: the first that holds an address says whether it belongs, as in Postfix's mynetworks.</summary>
internal sealed class NetworkList
{
    private static readonly IPNetwork[] Everything = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")];

    private readonly List<(IPNetwork Network, bool Belongs)> _entries = [];
    private readonly List<string> _unread = [];

    public NetworkList(IEnumerable<(IPNetwork Network, bool Belongs)> networks) => _entries.AddRange(networks);

    /// <summary>Reads mynetworks, with the plain files that it names.</summary>
    public NetworkList(string mynetworks)
    {
        foreach (var entry in PostfixConfiguration.ListOf(mynetworks))
            Add(entry, isFileRead: true);
    }

    /// <summary>What could not be read: look-up tables, files that are not there.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>The networks that belong here and not there, each as large as can be.</summary>
    public IEnumerable<IPNetwork> Without(NetworkList other) => Everything.SelectMany(network => Parts(network, other));

    // A file is read where mynetworks names it, not within another.
    private void Add(string entry, bool isFileRead)
    {
        var (text, belongs) = entry is ['!', .. var excluded] ? (excluded, false) : (entry, true);
        if (text.StartsWith('/') && belongs && isFileRead)
            AddFile(text);
        else if (TryParse(text, out var network))
            _entries.Add((network, belongs));
        else
            _unread.Add(entry);
    }

    private void AddFile(string path)
    {
        try
        {
            foreach (var line in File.ReadLines(path).Where(line => !line.StartsWith('#')))
            {
                foreach (var entry in PostfixConfiguration.ListOf(line))
                    Add(entry, isFileRead: false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _unread.Add(path);
        }
    }

    // Postfix writes IPv6 addresses in brackets, the length after them.
    private static bool TryParse(string text, out IPNetwork network)
    {
        var plain = text.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        network = default;
        if (text.Contains(':', StringComparison.Ordinal) && !text.StartsWith('['))
            return false;
        if (!IPAddress.TryParse(plain, out var address))
            return IPNetwork.TryParse(plain, out network);
        network = new IPNetwork(address, Width(address));
        return true;
    }

    private IEnumerable<IPNetwork> Parts(IPNetwork network, NetworkList other) => (Decide(network), other.Decide(network)) switch
    {
        (false, _) or (_, true) => [],
        (true, false) => [network],
        _ => Halves(network).SelectMany(half => Parts(half, other)),
    };

    // True or false for all addresses of the network, null where they differ.
    private bool? Decide(IPNetwork network)
    {
        var (hasMembers, hasOthers) = (false, false);
        foreach (var (listed, belongs) in _entries.Where(entry => entry.Network.BaseAddress.AddressFamily == network.BaseAddress.AddressFamily))
        {
            var isWithin = network.PrefixLength >= listed.PrefixLength && listed.Contains(network.BaseAddress);
            if (!isWithin && !network.Contains(listed.BaseAddress))
                continue;
            (hasMembers, hasOthers) = (hasMembers || belongs, hasOthers || !belongs);
            if (isWithin)
                return hasMembers == hasOthers ? null : hasMembers;
        }
        return hasMembers ? null : false;
    }

    private static IEnumerable<IPNetwork> Halves(IPNetwork network)
    {
        var length = network.PrefixLength;
        yield return new IPNetwork(network.BaseAddress, length + 1);
        var octets = network.BaseAddress.GetAddressBytes();
        octets[length / 8] |= (byte)(0x80 >> (length % 8));
        yield return new IPNetwork(new IPAddress(octets), length + 1);
    }

    private static int Width(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
}
