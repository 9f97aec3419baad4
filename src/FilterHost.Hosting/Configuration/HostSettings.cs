using System.Net;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Configuration;

/// <summary>The host's own keys, at the top of the settings file before any table.</summary>
internal sealed record HostSettings
{
    [Setting("Further files to read, as paths or patterns with `*` and `?` in the file's name, relative to this file; matches of a pattern in alphabetical order. They hold the same keys and tables. "
        + "A key or table in two files is an error, and so is a plain path that does not exist.", Example = "[\"conf.d/*.toml\"]")]
    public IReadOnlyList<string> Include { get; init; } = [];

    [Setting("The name that this host signs its Authentication-Results fields with (RFC 8601 §2.5), usually the public name of the mail server. Fields of other hosts under this name are removed as forged. "
        + "Default: the name the MTA gives of itself (macro `j`). Set it where several MTAs share the host, else each writes under its own name and none believes the other's.", Example = "\"mx.example.com\"")]
    public string? AuthservId { get; init; }

    [Setting("Other names of ours whose Authentication-Results fields are removed as forged when they come in from outside: earlier names of this server, names of our other servers. "
        + "Default: none. A name missing here lets an outsider write results that readers behind us may believe.", Example = "[\"mail.example.com\"]")]
    public IReadOnlyList<string> AlsoOurs { get; init; } = [];

    [Setting("Clients that are our own: their mail is signed, not judged; that of authenticated users is so anyway. Each is an address, a network, a name, `.domain` for the names below it, one of these after `!` for an exception, "
        + "or `file:PATH` with one on each line, as OpenDKIM's TrustedHosts. The look-up too is OpenDKIM's: the name, then its domains from the longest, then the smallest network of the address; the first found decides, "
        + "but `!` before a name only leaves it to the address. Only a name that the MTA has verified counts. Default: this machine; a list replaces it. A wrong row stops the start. Too wide a list signs the mail of strangers.",
        Example = "[\"127.0.0.0/8\", \"::1\", \"192.0.2.0/24\", \"!192.0.2.9\", \".example.com\", \"file:TrustedHosts\"]")]
    public IReadOnlyList<HostPattern> Internal { get; init; } = [HostPattern.Parse("127.0.0.0/8"), HostPattern.Parse("::1/128")];

    [Setting("Services of the MTA whose mail is our own, whoever sends it, by macro `{daemon_name}`: in Postfix `-o milter_macro_daemon_name=NAME` of a service in master.cf, in Sendmail `Name=` of DaemonPortOptions. Compared with case, as OpenDKIM's MTA. "
        + "Default: none. A service that strangers can reach has their mail signed.", Example = "[\"ORIGINATING\"]")]
    public IReadOnlyList<string> InternalDaemons { get; init; } = [];

    [Setting("Macros of the MTA that make mail our own, as OpenDKIM's MacroList: `macro` where it has any value, `macro=value|value` where it has one of these, compared with case. The MTA is asked for them at MAIL and at the end of the headers. "
        + "Default: none. What a client can set itself makes everybody's mail our own.", Example = "[\"{auth_type}\", \"{client_ptr}=mail.example.com\"]")]
    public IReadOnlyList<MacroCondition> InternalMacros { get; init; } = [];

    [Setting("Clients whose connections pass whole, in the form of `internal`: no filter hears of them, nothing is judged, signed or cleaned, so that what they forge stays. Default: none.", Example = "[\"192.0.2.25\"]")]
    public IReadOnlyList<HostPattern> Peers { get; init; } = [];

    [Setting("Networks of the programs that send a message back into the MTA: content filters, mailing lists, sendmail(1). A message from there, of a client that did not authenticate, with an Authentication-Results field of ours on it has been judged before: "
        + "the field stays, the message is not judged again, and it is not signed if the field says dmarc=fail. An empty list takes such fields for forged. "
        + "Whoever can send from there can write results in our name.", Example = "[\"127.0.0.0/8\", \"::1/128\"]")]
    public IReadOnlyList<IPNetwork> Reentry { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    [Setting("A folder that the host's user may write: copies of plugins, data of instances. Default: $STATE_DIRECTORY (systemd sets it), else $XDG_STATE_HOME/filterhost, else ~/.local/state/filterhost. "
        + "It must not be writable by others, since code is loaded from it.", Example = "\"/var/lib/filterhost\"")]
    public DirectoryInfo StateDirectory { get; init; } = StandardDirectories.State(Environment.GetEnvironmentVariable);

    [Setting("Folders that hold a folder for each plugin. The first that has the plugin wins. Default: `plugins` beside the program. Whoever can write there runs code in the host.", Example = "[\"/usr/lib/filterhost/plugins\"]")]
    public IReadOnlyList<DirectoryInfo> PluginDirectories { get; init; } = [StandardDirectories.Plugins()];

    [Setting("The folder for messages that a filter needs whole and that are larger than `body_memory`; the files have mode 0600 and no name. "
        + "Default: $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/filterhost, else `temporary` in the state directory. A full folder defers mail.", Example = "\"/run/filterhost\"")]
    public DirectoryInfo TempDirectory { get; init; } = StandardDirectories.Temporary(Environment.GetEnvironmentVariable);

    [Setting("How long messages in hand may take when the host is told to stop; idle connections close at once. What is not done by then is cut off and the MTA defers it. "
        + "The default is well within the 90 s after which systemd kills.", Minimum = 0, Maximum = 600)]
    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("The least severe messages to log. `information` is one line for each message; `debug` adds commands and stages, `trace` frames.")]
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    [Setting("Time for all filters of a pipeline together at one command before end of message. Postfix waits 30 s (`milter_command_timeout`) and then acts on `milter_default_action` itself; the default stays clear of it.", Minimum = 0.1, Maximum = 600)]
    public TimeSpan CommandBudget { get; init; } = TimeSpan.FromSeconds(8);

    [Setting("Time for all filters of a pipeline together at end of message. Postfix waits 300 s (`milter_content_timeout`); the default stays clear of it, so that the answer is ours.", Minimum = 1, Maximum = 3600)]
    public TimeSpan EndOfMessageBudget { get; init; } = TimeSpan.FromSeconds(240);

    [Setting("How often the MTA is told at end of message that work goes on, so that it does not give up. It must be shorter than the MTA's shortest timeout.", Minimum = 0.1, Maximum = 60)]
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(5);

    [Setting("The most DNS questions that one filter may ask for one message; beyond it a question is answered as unavailable. It bounds what a hostile message can make us ask; "
        + "the default leaves room for the ten look-ups of SPF (RFC 7208 §4.6.4) with most of what each may bring after it. What one filter asks takes nothing from another, and what is known already costs nothing.", Minimum = 1, Maximum = 10000)]
    public int DnsQuestions { get; init; } = 100;

    [Setting("How much of one message is kept in memory where a filter needs it whole; larger ones go to a file in `temp_directory`. Filters that only stream, as signing and verifying do, keep nothing.", Minimum = 0, Maximum = 1073741824)]
    public ByteSize BodyMemory { get; init; } = new(1 << 20);

    [Setting("How much memory all messages that are kept whole may take together; beyond it they go to files at once.", Minimum = 0, Maximum = 1099511627776)]
    public ByteSize BodyMemoryTotal { get; init; } = new(256 << 20);

    [Setting("The largest header section of a message. A larger one is refused for good (552 5.3.4): a later try would find the same. Postfix cuts single fields at its own `header_size_limit` before.", Minimum = 65536, Maximum = 1073741824)]
    public ByteSize MaximumHeaderSize { get; init; } = new(1 << 20);

    [Setting("The most header fields of a message. One with more is refused for good (552 5.3.4).", Minimum = 100, Maximum = 1000000)]
    public int MaximumHeaderFields { get; init; } = 10000;

    [Setting("Sends a synthetic message through each pipeline before the host listens, so that the first real one does not wait for the compiler. Costs some tenths of a second at start.")]
    public bool WarmUp { get; init; } = true;

    [Setting("The user that the host becomes, by name or number. Started as root it opens the sockets and writes `pid_file`, then becomes this user for good; only after that are plugins loaded and keys read, as by every other command. "
        + "The state directory (then /var/lib/filterhost unless named) is made for it where it is missing. Started as another user the host refuses. Default: who starts it; a plugin that goes wrong as root owns the machine.", Example = "\"filterhost\"")]
    public string? User { get; init; }

    [Setting("The group of the host's process, by name or number, where `user` is set. Default: the user's own. Its other groups stay.", Example = "\"filterhost\"")]
    public string? Group { get; init; }

    [Setting("The mode bits that new files of the host do not get, as an octal string; a socket's are its listener's `mode`. Default: what the host is started with.", Example = "\"0027\"")]
    public string? Umask { get; init; }

    [Setting("A file that the host writes its process id to, for service managers that ask for one; systemd does not. It is written as the user who starts the host, and removed at the end where the host may. Default: none.", Example = "\"/run/filterhost.pid\"")]
    public FileInfo? PidFile { get; init; }

    [Setting("The Unix socket by which `filterhost reload` reaches the running host; only the host's user and root may connect. Hosts that share a state directory each need their own. Default: control.sock in `state_directory`.", Example = "\"/run/filterhost/control.sock\"")]
    public FileInfo? ControlSocket { get; init; }

    /// <summary>Where the control socket is.</summary>
    public string ControlSocketPath => ControlSocket?.FullName ?? Path.Combine(StateDirectory.FullName, "control.sock");

    [Setting("Where the log goes. `auto` is standard error, with priorities where systemd has connected that to the journal; `stderr` is plain lines; `journald` has priorities always; `syslog` is the system log. "
        + "A log that is slow or away never holds up mail: what it does not take is dropped and counted.")]
    public LogTarget LogTarget { get; init; } = LogTarget.Auto;

    [Setting("The facility of lines in the system log, by which it sorts them. The default is that of MTAs. Counts where `log_target` is `syslog`.")]
    public SyslogFacility SyslogFacility { get; init; } = SyslogFacility.Mail;

    [Setting("The program's name in the system log: letters, digits and `-_./`, 32 at most. Several hosts are told apart by it. Counts where `log_target` is `syslog`.")]
    public string SyslogName { get; init; } = "filterhost";

    [Setting("The socket of the system log: another one where syslogd offers one inside a chroot. Default: /dev/log. Counts where `log_target` is `syslog`.", Example = "\"/dev/log\"")]
    public FileInfo SyslogSocket { get; init; } = new("/dev/log");
}
