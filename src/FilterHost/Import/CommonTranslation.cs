using System.Globalization;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Import;

/// <summary>What both daemons have: socket, user, log, name and resolver.</summary>
internal static class CommonTranslation
{
    // What a service manager starts a daemon with (systemd.exec(5), UMask=).
    private const int UsualMask = 0b000_010_010;

    private const int ReadAndWrite = 0b110_110_110;

    private static readonly string[] Everybody = ["0.0.0.0/0", "::/0"];

    /// <summary>The socket and what it takes.</summary>
    public static void Listener(DaemonConfiguration configuration, SettingsDraft draft, ProblemList problems)
    {
        var listener = draft.Listener;
        if (configuration.Text("Socket") is not { } text)
        {
            problems.Error($"{configuration.Options.Product} has no socket: neither Socket in the file, nor -p or SOCKET= elsewhere", new SettingLocation(configuration.File, 1, 1, ""));
            return;
        }
        if (SocketSpecification.Translate(text, configuration, out var problem) is not { } socket)
        {
            problems.Error(problem!, configuration.Locate("Socket"));
            return;
        }
        listener.Set("socket", socket);
        if (!MilterAddress.TryParse(socket, out var address, out _))
            return;
        if (address.Path is not null)
        {
            listener.Set("mode", Convert.ToString(ReadAndWrite & ~(configuration.Text("UMask") is null ? UsualMask : configuration.Number("UMask")), 8).PadLeft(4, '0'));
        }
        else if (!address.IsLoopback)
        {
            listener.Set("allow", Everybody, "Whoever can connect can have mail signed and results believed. Narrow this to the addresses of the MTAs.");
            draft.Warn($"the socket {socket} is open to every host that reaches it, as before; narrow allow in [[listener]] to the MTAs", configuration.Locate("Socket"));
        }
    }

    /// <summary>User, group, umask and the file of the process's number.</summary>
    public static void Process(DaemonConfiguration configuration, SettingsDraft draft, string? user)
    {
        if (configuration.Text("UserID") is { } id)
        {
            var colon = id.IndexOf(':', StringComparison.Ordinal);
            draft.Host.Set("user", user ?? (colon < 0 ? id : id[..colon]));
            if (colon >= 0 && user is null)
                draft.Host.Set("group", id[(colon + 1)..]);
        }
        else if (user is not null)
        {
            draft.Host.Set("user", user);
        }
        if (configuration.Text("UMask") is not null)
            draft.Host.Set("umask", Convert.ToString(configuration.Number("UMask") & 0x1FF, 8).PadLeft(4, '0'));
        if (configuration.Text("PidFile") is { } file)
            draft.Host.Set("pid_file", configuration.PathOf(file));
    }

    /// <summary>Where the log goes.</summary>
    public static void Log(DaemonConfiguration configuration, SettingsDraft draft)
    {
        if (!configuration.Flag("Syslog"))
            return;
        draft.Host.Set("log_target", "syslog");
        if (configuration.Text("SyslogFacility") is { } facility)
            draft.Host.Set("syslog_facility", facility.ToLowerInvariant());
        if (configuration.Options.Find("SyslogName") is not null && configuration.Text("SyslogName") is { } name)
            draft.Host.Set("syslog_name", name);
    }

    /// <summary>The name of AuthservID; null for the MTA's own.</summary>
    public static string? AuthservId(DaemonConfiguration configuration) => configuration.Text("AuthservID") is { } id ? HostName(id) : null;

    /// <summary>HOSTNAME stands for the name of this machine.</summary>
    public static string HostName(string id) => id == "HOSTNAME" ? System.Net.Dns.GetHostName() : id;

    /// <summary>Whom to ask, and how long to wait.</summary>
    public static void Dns(SettingsDraft draft, string? servers, int seconds, SettingLocation location, ProblemList problems)
    {
        var dns = draft.Table("[service.dns]");
        dns.Set("plugin", "DnsResolver");
        var list = (servers ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var server in list.Where(server => !System.Net.IPAddress.TryParse(server, out _)))
            problems.Error($"'{server}' is no address of a name server", location);
        var addresses = list.Where(server => System.Net.IPAddress.TryParse(server, out _)).Select(server => server.Contains(':', StringComparison.Ordinal) ? $"[{server}]:53" : $"{server}:53").ToArray();
        if (addresses.Length > 0)
            dns.Set("servers", addresses);
        // The daemon's time is for a question as a whole, ours for one try at one server.
        const int tries = 2;
        var whole = seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMinutes(2);
        var one = TimeSpan.FromMilliseconds(Math.Clamp(whole.TotalMilliseconds / (tries * Math.Max(1, addresses.Length)), 100, 60_000));
        dns.Set("timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)one.TotalMilliseconds}ms"), string.Create(CultureInfo.InvariantCulture, $"DNSTimeout {seconds}, for {tries} tries at each server."));
        dns.Set("attempts", tries);
    }
}
