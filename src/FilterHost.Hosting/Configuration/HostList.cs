using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FilterHost.Hosting.Configuration;

/// <summary>
/// A list of hosts with OpenDKIM's look-up (PeerList in opendkim.conf(5), tried with version 2.11.0). The name comes first: as a whole, then its domains, the longest first; then the address, in the
/// smallest network first. The first that is found decides; <c>!</c> wins over the same without it. A name found with <c>!</c> only ends the look-up by name: the address may still be in the list.
/// No DNS is asked, and a look-up costs the same in a long list as in a short one.
/// </summary>
internal sealed class HostList
{
    private readonly Dictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly (int PrefixLength, Dictionary<UInt128, bool> Networks)[] _version4;
    private readonly (int PrefixLength, Dictionary<UInt128, bool> Networks)[] _version6;

    private HostList(IReadOnlyList<HostPattern> patterns)
    {
        Patterns = patterns;
        var names = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        var (version4, version6) = (new SortedDictionary<int, Dictionary<UInt128, bool>>(), new SortedDictionary<int, Dictionary<UInt128, bool>>());
        foreach (var entry in patterns.SelectMany(pattern => pattern.Entries))
        {
            if (entry.Name is { } name)
                names[name] = entry.IsExcepted || names.GetValueOrDefault(name);
            else
                Add(IsVersion6(entry.Network.BaseAddress) ? version6 : version4, entry);
        }
        HasNames = names.Count > 0;
        _names = names.GetAlternateLookup<ReadOnlySpan<char>>();
        (_version4, _version6) = (SmallestFirst(version4), SmallestFirst(version6));
    }

    /// <summary>The list that holds nobody.</summary>
    public static HostList Empty { get; } = new([]);

    /// <summary>The list of these items.</summary>
    public static HostList Of(IReadOnlyList<HostPattern> patterns) => patterns.Count == 0 ? Empty : new(patterns);

    /// <summary>The items as the settings have them.</summary>
    public IReadOnlyList<HostPattern> Patterns { get; }

    public bool IsEmpty => !HasNames && _version4.Length + _version6.Length == 0;

    /// <summary>True where a client's name matters.</summary>
    public bool HasNames { get; }

    /// <summary>The networks, the smallest first, each with whether it belongs to the list.</summary>
    public IEnumerable<(IPNetwork Network, bool Belongs)> Networks => Patterns.SelectMany(pattern => pattern.Entries).Where(entry => entry.Name is null)
        .OrderByDescending(entry => entry.Network.PrefixLength).ThenByDescending(entry => entry.IsExcepted)
        .Select(entry => (entry.Network, !entry.IsExcepted));

    /// <summary>True where the list has the client.</summary>
    /// <param name="name">Its name, verified; null where there is none.</param>
    /// <param name="address">Its address.</param>
    public bool Contains(string? name, IPAddress address) => (name is not null && HasNames && ContainsName(name)) || ContainsAddress(address);

    private bool ContainsName(ReadOnlySpan<char> name)
    {
        for (var rest = name.TrimEnd('.'); !rest.IsEmpty;)
        {
            if (_names.TryGetValue(rest, out var isExcepted))
                return !isExcepted;
            var dot = rest[1..].IndexOf('.');
            rest = dot < 0 ? [] : rest[(dot + 1)..];
        }
        return false;
    }

    private bool ContainsAddress(IPAddress address)
    {
        var (bits, width) = (BitsOf(address), WidthOf(address));
        foreach (var (length, networks) in IsVersion6(address) ? _version6 : _version4)
        {
            if (networks.TryGetValue(Prefix(bits, width, length), out var isExcepted))
                return !isExcepted;
        }
        return false;
    }

    private static void Add(SortedDictionary<int, Dictionary<UInt128, bool>> lengths, HostEntry entry)
    {
        var network = entry.Network;
        if (!lengths.TryGetValue(network.PrefixLength, out var networks))
            lengths[network.PrefixLength] = networks = [];
        var prefix = Prefix(BitsOf(network.BaseAddress), WidthOf(network.BaseAddress), network.PrefixLength);
        networks[prefix] = entry.IsExcepted || networks.GetValueOrDefault(prefix);
    }

    private static (int, Dictionary<UInt128, bool>)[] SmallestFirst(SortedDictionary<int, Dictionary<UInt128, bool>> lengths) =>
        [.. lengths.Reverse().Select(entry => (entry.Key, entry.Value))];

    // A shift by the whole width would be one by nothing.
    private static UInt128 Prefix(UInt128 bits, int width, int length) => length == 0 ? UInt128.Zero : bits >> (width - length);

    private static UInt128 BitsOf(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        _ = address.TryWriteBytes(octets, out var length);
        return BinaryPrimitives.ReadUInt128BigEndian(octets) >> ((16 - length) * 8);
    }

    private static int WidthOf(IPAddress address) => IsVersion6(address) ? 128 : 32;

    private static bool IsVersion6(IPAddress address) => address.AddressFamily is AddressFamily.InterNetworkV6;
}
