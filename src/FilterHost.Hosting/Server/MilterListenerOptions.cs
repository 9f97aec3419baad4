using System.Net;
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
}
