using System.Globalization;
using System.Net;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Hosting.Server;

/// <summary>One listener, checked.</summary>
internal sealed record MilterListenerOptions
{
    /// <summary>Where to listen.</summary>
    public required MilterAddress Address { get; init; }

    /// <summary>The mode of a Unix socket: who may connect is who may write to it. The default lets the group in, since MTAs run as another user.</summary>
    public UnixFileMode Mode { get; init; } =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>The owner of a Unix socket, a name or a number.</summary>
    public string? Owner { get; init; }

    /// <summary>The group of a Unix socket, a name or a number.</summary>
    public string? Group { get; init; }

    /// <summary>Who may connect by TCP; none means this machine alone.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>Connections at a time; further ones wait in the kernel's queue. Postfix has one per SMTP client, 100 by default.</summary>
    public int MaximumConnections { get; init; } = 1000;

    /// <summary>The kernel's queue of connections that are not accepted yet, cut to net.core.somaxconn. A Unix socket refuses further ones with EAGAIN, so it is as long as that usually allows.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>The time that messages in hand get at a stop.</summary>
    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bounds of each session.</summary>
    public MilterSessionOptions Session { get; init; } = new();

    /// <summary>Those of a listener's settings, which were checked.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="host">The host's own settings.</param>
    /// <param name="user">Who gets a Unix socket for which the settings name nobody, where that is not who makes it.</param>
    public static MilterListenerOptions Of(LocatedListener listener, MilterAddress address, HostSettings host, ServiceUser? user)
    {
        var settings = listener.Settings;
        if (!ListenerSettings.TryParseMode(settings.Mode, out var mode))
            throw new ListenException($"{settings.Mode} is no file mode");
        return new MilterListenerOptions
        {
            Address = address,
            Mode = mode.Value,
            Owner = settings.Owner ?? user?.Id.ToString(CultureInfo.InvariantCulture),
            Group = settings.Group ?? (HandsOnItsGroup(address.Path) ? null : user?.Group.ToString(CultureInfo.InvariantCulture)),
        }.With(settings, host);
    }

    /// <summary>The same socket with what the settings say of its connections.</summary>
    public MilterListenerOptions With(ListenerSettings settings, HostSettings host) => this with
    {
        Allow = settings.Allow,
        MaximumConnections = settings.MaximumConnections,
        StopDeadline = host.StopDeadline,
        Session = new MilterSessionOptions { MaximumFrame = (int)settings.MaximumFrame.Octets, IdleTimeout = settings.IdleTimeout },
    };

    private static bool HandsOnItsGroup(string? path) =>
        Path.GetDirectoryName(path) is { } folder && Directory.Exists(folder) && !OperatingSystem.IsWindows() && File.GetUnixFileMode(folder).HasFlag(UnixFileMode.SetGroup);
}
