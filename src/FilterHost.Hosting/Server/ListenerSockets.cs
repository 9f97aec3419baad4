using System.Net.Sockets;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Hosting.Server;

/// <summary>
/// The sockets of all listeners. They are opened before anything else is done, while the host may still do what only root may; connections wait in the kernel's queue until the host serves.
/// A socket that is bound and does not listen would be taken for a stale one by another host that starts.
/// </summary>
internal sealed class ListenerSockets : IDisposable
{
    private readonly Dictionary<LocatedListener, (Socket[] Sockets, MilterListenerOptions Options)> _opened = new(ReferenceEqualityComparer.Instance);
    private readonly List<ListenException> _problems = [];

    /// <summary>What could not be opened.</summary>
    public IReadOnlyList<ListenException> Problems => _problems;

    /// <summary>Opens the sockets of listeners, or takes them from the service manager.</summary>
    /// <param name="listeners">The listeners.</param>
    /// <param name="host">The host's own settings.</param>
    /// <param name="environment">The environment, in which the service manager says what it opened.</param>
    /// <param name="user">Who the host is to become; null if it stays who it is.</param>
    /// <param name="stop">Ends look-ups of host names.</param>
    public static async Task<ListenerSockets> OpenAsync(
        IEnumerable<LocatedListener> listeners, HostSettings host, Func<string, string?> environment, ServiceUser? user, CancellationToken stop)
    {
        var all = new ListenerSockets();
        using var inherited = new InheritedSockets(environment);
        try
        {
            foreach (var listener in listeners)
                await all.AddAsync(listener, inherited, host, user, stop).ConfigureAwait(false);
            all._problems.AddRange(inherited.Problems);
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>The sockets of a listener, which are the caller's from now on, and what else there is to know of it.</summary>
    public (Socket[] Sockets, MilterListenerOptions Options) Take(LocatedListener listener) =>
        _opened.Remove(listener, out var opened) ? opened : throw new InvalidOperationException($"{listener.Socket} was not opened");

    public void Dispose()
    {
        foreach (var socket in _opened.Values.SelectMany(opened => opened.Sockets))
            socket.Dispose();
        _opened.Clear();
    }

    private async Task AddAsync(LocatedListener listener, InheritedSockets inherited, HostSettings host, ServiceUser? user, CancellationToken stop)
    {
        try
        {
            var sockets = await inherited.TakeAsync(listener, stop).ConfigureAwait(false);
            var options = MilterListenerOptions.Of(listener, listener.Address ?? Parse(InheritedSockets.AddressOf(sockets[0])), host, user);
            if (sockets.Length == 0)
                sockets = await MilterListener.OpenAsync(options, stop).ConfigureAwait(false);
            _opened[listener] = (sockets, options);
        }
        catch (ListenException problem)
        {
            problem.Location = listener.Table.Locate("socket");
            _problems.Add(problem);
        }
    }

    private static MilterAddress Parse(string text) => MilterAddress.TryParse(text, out var address, out var problem) ? address : throw new ListenException(problem);
}
