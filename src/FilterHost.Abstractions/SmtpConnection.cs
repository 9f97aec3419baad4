using System.Net;

namespace FilterHost;

/// <summary>The SMTP client that the MTA is talking to.</summary>
public abstract class SmtpConnection
{
    internal SmtpConnection()
    {
    }

    /// <summary>The name that the MTA found for the client, or its address in brackets.</summary>
    public abstract string ClientName { get; }

    /// <summary>The client's address; an IPv4-mapped IPv6 address is given as IPv4. Null where the MTA does not know it or the client came over a local socket.</summary>
    public abstract IPAddress? ClientAddress { get; }

    /// <summary>The client's port, 0 where unknown.</summary>
    public abstract int ClientPort { get; }

    /// <summary>The name given in the latest HELO or EHLO, unchecked; null before it.</summary>
    public abstract string? Helo { get; }

    /// <summary>The MTA's own name, macro <c>j</c>; null where it was not sent.</summary>
    public abstract string? MtaName { get; }

    /// <summary>The MTA's name for its service, macro <c>{daemon_name}</c>; null where it was not sent.</summary>
    public abstract string? DaemonName { get; }

    /// <summary>True where the client is in the listener's <c>internal</c> list, by its address or by a name that the MTA has verified. A client of unknown address never is.</summary>
    public abstract bool IsInternal { get; }

    /// <summary>The socket that the MTA used, as the settings write it.</summary>
    public abstract string Listener { get; }

    /// <summary>The macros of the connection.</summary>
    public abstract MacroSet Macros { get; }
}
