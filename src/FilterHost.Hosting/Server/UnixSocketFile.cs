using System.Net.Sockets;
using System.Text;

namespace FilterHost.Hosting.Server;

/// <summary>Binds a Unix socket at a path, and says what is in the way.</summary>
internal static class UnixSocketFile
{
    // sun_path holds 108 octets with the NUL.
    private const int MaximumPath = 107;

    /// <summary>Binds and listens. Nobody can connect before mode and owner are set: until <c>listen</c> the kernel refuses.</summary>
    /// <exception cref="ListenException">It cannot be bound.</exception>
    public static async Task<Socket> BindAsync(string path, MilterListenerOptions options, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows())
            throw new ListenException($"{path}: Unix sockets need a Unix");
        if (FindProblem(path) is { } obstacle)
            throw new ListenException(obstacle);
        var (user, group) = (FindUser(path, options.Owner), FindGroup(path, options.Group));
        await RemoveStaleAsync(path, cancel);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, options.Mode);
            if ((user != UnixAccounts.Unchanged || group != UnixAccounts.Unchanged) && UnixAccounts.ChangeOwner(path, user, group) is { } problem)
                throw new ListenException($"{path}: cannot set owner {options.Owner ?? "-"} and group {options.Group ?? "-"}: {problem}");
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e switch
            {
                ListenException listen => listen,
                SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => InUse(path),
                SocketException or IOException or UnauthorizedAccessException => new ListenException($"{path}: cannot listen: {e.Message}"),
                _ => e,
            };
        }
    }

    /// <summary>Why no socket can be made at a path, and what mends it; null where one can.</summary>
    public static string? FindProblem(string path)
    {
        var length = Encoding.UTF8.GetByteCount(path);
        if (length > MaximumPath)
            return $"{path}: a socket's path has at most {MaximumPath} octets, this one {length}";
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
            return $"{path}: the directory {directory} does not exist; mend it with: install -d {directory}";
        // Whoever may write there may put a socket of his own in our place.
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(directory);
        return mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(UnixFileMode.StickyBit)
            ? $"{path}: everybody may write to {directory}; mend it with: chmod o-w {directory}"
            : null;
    }

    private static async Task RemoveStaleAsync(string path, CancellationToken cancel)
    {
        if (UnixFileStatus.Of(path) is not { } status)
            return;
        if (!status.IsSocket)
            throw new ListenException($"{path} is there and is no socket");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new ListenException($"{path}: a socket is there and cannot be probed: {e.Message}");
        }
        throw InUse(path);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ListenException($"{path}: cannot remove the stale socket: {e.Message}");
        }
    }

    private static uint FindUser(string path, string? name) =>
        name is null ? UnixAccounts.Unchanged
        : UnixAccounts.TryFindUser(name, out var id) ? id
        : throw new ListenException($"{path}: there is no user '{name}'");

    private static uint FindGroup(string path, string? name) =>
        name is null ? UnixAccounts.Unchanged
        : UnixAccounts.TryFindGroup(name, out var id) ? id
        : throw new ListenException($"{path}: there is no group '{name}'");

    private static ListenException InUse(string path) => new($"{path}: address in use: another process listens there", isAddressInUse: true);
}
