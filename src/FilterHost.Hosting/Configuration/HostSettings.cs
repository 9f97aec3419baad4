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

    [Setting("Networks whose clients are our own: their mail is signed, not judged. Mail of authenticated users counts as our own wherever it comes from. The default is this machine alone. "
        + "Too wide a network signs the mail of strangers with our keys.", Example = "[\"127.0.0.0/8\", \"::1/128\", \"192.0.2.0/24\"]")]
    public IReadOnlyList<IPNetwork> Internal { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

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

    [Setting("The most DNS questions that one message may cause over all filters; beyond it a question is answered as unavailable. It bounds what a hostile message can make us ask; "
        + "the default leaves room for a dozen signatures, SPF with its ten look-ups (RFC 7208 §4.6.4) and DMARC.", Minimum = 1, Maximum = 10000)]
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
}
