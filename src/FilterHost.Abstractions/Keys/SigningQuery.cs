using System.Net;

namespace FilterHost.Keys;

/// <summary>What a key store may choose keys by.</summary>
public sealed record SigningQuery
{
    /// <summary>The domain of the one mailbox in From.</summary>
    public required DomainName AuthorDomain { get; init; }

    /// <summary>The local part of that mailbox, quoting removed.</summary>
    public required string AuthorLocalPart { get; init; }

    /// <summary>The reverse-path as received.</summary>
    public string ReversePath { get; init; } = "";

    /// <summary>The login of the client, or null.</summary>
    public string? AuthenticatedUser { get; init; }

    /// <summary>The client's address, or null.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The MTA's name for its service, or null.</summary>
    public string? DaemonName { get; init; }

    /// <summary>The listener's socket, as the settings write it.</summary>
    public string Listener { get; init; } = "";
}
