using System.Net;
using System.Net.Sockets;

namespace FilterHost.Plugins.Spf;

/// <summary>Bounds how many messages of one client are evaluated at once; the others wait their turn.</summary>
internal sealed class ClientTurns(int maximum)
{
    // Who has one address of IPv6 has all of a network of 64 bits.
    private const int Ip6NetworkOctets = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Client> _clients = [];

    /// <summary>How many clients are being evaluated or wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _clients.Count;
        }
    }

    /// <summary>Waits for a turn, which ends when it is disposed; null where none came in time.</summary>
    public async ValueTask<IDisposable?> EnterAsync(IPAddress address, TimeSpan limit, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, KeyOf(address));
        try
        {
            if (await turn.Client.Places.WaitAsync(limit, cancellationToken))
            {
                turn.IsTaken = true;
                return turn;
            }
        }
        catch (OperationCanceledException)
        {
            turn.Dispose();
            throw;
        }
        turn.Dispose();
        return null;
    }

    private static IPAddress KeyOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var octets = address.GetAddressBytes();
        octets.AsSpan(Ip6NetworkOctets).Clear();
        return new IPAddress(octets);
    }

    private sealed class Client(int maximum)
    {
        public SemaphoreSlim Places { get; } = new(maximum);

        public int Users { get; set; }
    }

    private sealed class Turn : IDisposable
    {
        private readonly ClientTurns _turns;
        private readonly IPAddress _key;

        public Turn(ClientTurns turns, IPAddress key)
        {
            (_turns, _key) = (turns, key);
            lock (turns._lock)
            {
                if (!turns._clients.TryGetValue(key, out var client))
                    turns._clients.Add(key, client = new Client(turns.Maximum));
                client.Users++;
                Client = client;
            }
        }

        public Client Client { get; }

        public bool IsTaken { get; set; }

        public void Dispose()
        {
            lock (_turns._lock)
            {
                if (IsTaken)
                    Client.Places.Release();
                if (--Client.Users > 0)
                    return;
                _turns._clients.Remove(_key);
            }
            Client.Places.Dispose();
        }
    }

    private int Maximum { get; } = maximum;
}
