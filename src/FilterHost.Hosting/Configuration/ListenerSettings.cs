using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace FilterHost.Hosting.Configuration;

/// <summary>One <c>[[listener]]</c>: a socket that the MTA connects to and the filters behind it.</summary>
internal sealed record ListenerSettings
{
    [Setting("Where the MTA connects: `inet:PORT@HOST`, `inet6:PORT@HOST`, `unix:PATH` or `local:PATH`. A relative path is relative to this file. A socket that systemd opened (a .socket unit) is taken by the listener that has its address, or by its name: `systemd:NAME`. The protocol has no authentication: whoever can connect can have mail signed. "
        + "Off loopback `allow` is needed. In main.cf Postfix writes the same as `inet:HOST:PORT`, and paths as its chroot sees them.", Example = "\"inet:8891@localhost\"")]
    public required string Socket { get; init; }

    [Setting("The filters, by the names of their tables, in the order in which they see a message. An empty list passes everything through.", Example = "[\"verify\", \"sign\"]")]
    public required IReadOnlyList<string> Filters { get; init; }

    [Setting("Only observes: all filters run, with their questions to DNS, and one line of JSON a message says in the log what they would have done, while the MTA hears nothing but Continue, whatever they say and however they fail. "
        + "Nothing is edited, signed, held or refused. Put the listener behind the daemons that do the work, with Postfix as `{ ADDRESS, default_action=accept }`: `filterhost postfix` prints it. The default is to act.")]
    public bool Observe { get; init; }

    [Setting("The file mode of a Unix socket, as an octal string. The MTA's user needs to write. The default lets owner and group connect; `0666` lets every local user have mail signed. Unix sockets only.")]
    public string Mode { get; init; } = "0660";

    [Setting("The owner of a Unix socket, by name or number. Default: the host's user. Only root may give a socket away. Unix sockets only.", Example = "\"filterhost\"")]
    public string? Owner { get; init; }

    [Setting("The group of a Unix socket, by name or number. Default: the host's group. The host's user must be a member of it, or root. Unix sockets only.", Example = "\"postfix\"")]
    public string? Group { get; init; }

    [Setting("Networks whose hosts may connect. Required for a TCP socket off loopback; others are closed unheard. Default: no check, since loopback and Unix sockets are reached only from this machine.", Example = "[\"192.0.2.10/32\"]")]
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "[\"127.0.0.0/8\"]")]
    public IReadOnlyList<HostPattern>? Internal { get; init; }

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "[\"ORIGINATING\"]")]
    public IReadOnlyList<string>? InternalDaemons { get; init; }

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "[\"{auth_type}\"]")]
    public IReadOnlyList<MacroCondition>? InternalMacros { get; init; }

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "[\"192.0.2.25\"]")]
    public IReadOnlyList<HostPattern>? Peers { get; init; }

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "[\"127.0.0.0/8\"]")]
    public IReadOnlyList<IPNetwork>? Reentry { get; init; }

    [Setting("As the host's key of the same name, for this listener alone. Default: the host's.", Example = "\"mx.example.com\"")]
    public string? AuthservId { get; init; }

    [Setting("Names under which other programs in front of this listener write Authentication-Results, an OpenDKIM of its own name for one. Of each the topmost field is read and its results are used; the field stays. "
        + "Whoever names one must remove fields of that name that come from outside, or an outsider's results are believed. Never a name of ours: listeners of this host know each other's results without it. Default: none.", Example = "[\"dkim.mx.example.com\"]")]
    public IReadOnlyList<string> TrustResultsFrom { get; init; } = [];

    [Setting("Where the Authentication-Results field is inserted: 0 is above all fields, 1 below the first, which is for MTAs that put their own Received field on top after us and count it.", Minimum = 0, Maximum = 1)]
    public int HeaderPosition { get; init; }

    [Setting("Removes Authentication-Results fields that claim to be ours. Default: only if a filter of the listener publishes results. Set it to true on a listener that only signs or passes mail on, to false only where an earlier listener has cleaned and its fields must stay.")]
    public bool? CleanResults { get; init; }

    [Setting("How many connections the listener serves at once. Beyond it new ones wait in the kernel's queue and are never reset, so that the MTA waits too. "
        + "The default is above Postfix's 100 processes (`default_process_limit`) for several MTAs.", Minimum = 1, Maximum = 100000)]
    public int MaximumConnections { get; init; } = 1000;

    [Setting("How long a connection may say nothing. An MTA keeps connections between messages, and an SMTP client may take its time within one; too short a time defers mail. The default is about that of libmilter (7210 s).", Minimum = 10, Maximum = 604800)]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(2);

    [Setting("The largest frame that is read; a larger one is refused on its length alone and the connection is closed. The default takes the largest body part that the protocol can agree on (1 MiB) with its frame.", Minimum = 65540, Maximum = 16777216)]
    public ByteSize MaximumFrame { get; init; } = new(1025 << 10);

    /// <summary>Reads <c>0660</c>.</summary>
    public static bool TryParseMode(string text, [NotNullWhen(true)] out UnixFileMode? mode)
    {
        mode = null;
        if (text.Length is < 3 or > 4 || text.AsSpan().ContainsAnyExceptInRange('0', '7'))
            return false;
        var bits = 0;
        foreach (var digit in text)
            bits = (bits << 3) | CharUnicodeInfo.GetDecimalDigitValue(digit);
        if (bits > 0x1FF)
            return false;
        mode = (UnixFileMode)bits;
        return true;
    }
}
