using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Hosting.Server;

/// <summary>Sockets that the service manager has opened for us (sd_listen_fds(3)). It keeps its own copies, so that connections wait in the kernel's queue while the host is restarted.</summary>
internal sealed partial class InheritedSockets : IDisposable
{
    // SD_LISTEN_FDS_START.
    private const int FirstDescriptor = 3;
    private const int MostDescriptors = 1024;

    private readonly List<(string Name, Socket Socket)> _left = [];
    private readonly List<ListenException> _problems = [];

    /// <summary>Finds those that are meant for this process.</summary>
    public InheritedSockets(Func<string, string?> environment)
    {
        if (environment("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return;
        var names = environment("LISTEN_FDNAMES")?.Split(':') ?? [];
        for (var i = 0; i < Math.Min(count, MostDescriptors); i++)
            Add(FirstDescriptor + i, i < names.Length ? names[i] : "unknown");
    }

    /// <summary>What cannot be listened at, and, when all listeners have taken theirs, what nobody wanted.</summary>
    public IEnumerable<ListenException> Problems => _problems.Concat(_left.Select(left => new ListenException(
        $"the service manager handed over a socket at {AddressOf(left.Socket)}, named '{left.Name}', that no listener has; give one this socket, or socket = \"systemd:{left.Name}\"")));

    /// <summary>Takes those of a listener: by the name that it gives, else by its address. None where the host is to open its own.</summary>
    /// <exception cref="ListenException">The name is not there.</exception>
    public async Task<Socket[]> TakeAsync(LocatedListener listener, CancellationToken cancel)
    {
        if (listener.DescriptorName is { } name)
        {
            var there = string.Join(", ", _left.Select(left => left.Name));
            return Take(left => left.Name == name) is { Length: > 0 } named
                ? named
                : throw new ListenException($"the service manager handed over no socket named '{name}'; {(there.Length == 0 ? "there is none at all" : $"there are {there}")}");
        }
        if (_left.Count == 0 || listener.Address is not { } address)
            return [];
        var endPoints = address.Path is null ? await ResolveAsync(address, cancel) : [];
        return Take(left => address.Path is { } path
            ? AddressOf(left.Socket) == $"unix:{path}"
            : left.Socket.LocalEndPoint is IPEndPoint bound && endPoints.Any(endPoint => IsSame(bound, endPoint)));
    }

    /// <summary>Where a socket listens, as a setting has it.</summary>
    public static string AddressOf(Socket socket) => socket.LocalEndPoint switch
    {
        IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } bound => string.Create(CultureInfo.InvariantCulture, $"inet6:{bound.Port}@{bound.Address}"),
        IPEndPoint bound => string.Create(CultureInfo.InvariantCulture, $"inet:{bound.Port}@{bound.Address}"),
        var bound => $"unix:{bound}",
    };

    public void Dispose()
    {
        foreach (var (_, socket) in _left)
            socket.Dispose();
        _left.Clear();
    }

    private void Add(int descriptor, string name)
    {
        try
        {
            // Programs that we start have no business with it.
            _ = SetFlags(descriptor, command: 2, flags: 1);
            var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            if (socket.SocketType == SocketType.Stream && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0)
            {
                _left.Add((name, socket));
                return;
            }
            socket.Dispose();
            _problems.Add(new ListenException($"the service manager handed over a socket named '{name}' that takes no connections; the unit needs ListenStream= and Accept=no"));
        }
        catch (SocketException e)
        {
            _problems.Add(new ListenException($"the service manager handed over a descriptor named '{name}' that cannot be listened at: {e.Message}"));
        }
    }

    private Socket[] Take(Predicate<(string Name, Socket Socket)> isWanted)
    {
        Socket[] taken = [.. _left.Where(left => isWanted(left)).Select(left => left.Socket)];
        _left.RemoveAll(isWanted);
        return taken;
    }

    private static async Task<IReadOnlyList<EndPoint>> ResolveAsync(MilterAddress address, CancellationToken cancel)
    {
        try
        {
            return await address.ResolveAsync(cancel);
        }
        catch (SocketException e)
        {
            throw new ListenException($"{address}: cannot listen: {e.Message}");
        }
    }

    // systemd.socket(5): a plain port is bound at [::] and takes IPv4 too.
    private static bool IsSame(IPEndPoint bound, EndPoint wanted) =>
        bound.Equals(wanted) || (wanted is IPEndPoint { Address: var address, Port: var port } && port == bound.Port && address.Equals(IPAddress.Any) && bound.Address.Equals(IPAddress.IPv6Any));

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int SetFlags(int descriptor, int command, int flags);
}
