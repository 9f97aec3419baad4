using System.Diagnostics;
using System.Globalization;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>
/// A Sendmail of a test's own: Debian's, whose package conflicts with Postfix's, as tests/run has unpacked it. It runs in a root of its own, a temporary folder, on loopback, and delivers to a sink.
/// </summary>
internal sealed class SendmailInstance : IAsyncDisposable
{
    private const string Packages = "/var/cache/filterhost-tests/sendmail";

    private const string MakeRoot = """
        packages=$1
        export PATH="$packages/usr/bin:$PATH" LD_LIBRARY_PATH=$(echo $packages/usr/lib/*-linux-gnu* | tr ' ' :)
        install -d -m 755 dev etc/mail etc/sasl2 queue usr/sbin
        mknod -m 666 dev/null c 1 3
        mknod -m 666 dev/urandom c 1 9
        # The package's is setgid, for which the loader ignores LD_LIBRARY_PATH; the copy is not.
        install -m 755 $packages/usr/libexec/sendmail/sendmail usr/sbin/sendmail
        modules=$(ls /usr/lib/*-linux-gnu*/sasl2/lib*.so 2>/dev/null || true)
        for library in $modules $(ldd usr/sbin/sendmail $modules | grep -o '[ 	]/[^ :]*' | sort -u); do
          install -D -m 755 "$library" ".${library#$packages}"
        done
        printf 'root:x:0:0::/:/bin/sh\nmail:x:8:8::/:/bin/false\nsmmta:x:100:100::/:/bin/false\n' > etc/passwd
        printf 'root:x:0:\nmail:x:8:\nsmmta:x:100:\n' > etc/group
        # Without a name with a dot for the machine Sendmail waits a minute for one.
        printf '127.0.0.1 mx.example.net localhost %s\n127.0.0.2 client.example.org\n' "$(uname -n)" > etc/hosts
        printf 'hosts: files\npasswd: files\ngroup: files\n' > etc/nsswitch.conf
        printf 'hosts files\naliases files\n' > etc/mail/service.switch
        : > etc/mail/aliases
        printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n' > etc/sasl2/Sendmail.conf
        if command -v saslpasswd2 >/dev/null; then printf secret | saslpasswd2 -p -c -f etc/sasldb2 -u mx.example.net ann; fi
        m4 sendmail.mc > etc/mail/sendmail.cf
        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("fhsm");
    private readonly Dictionary<string, int> _ports = [];
    private SendmailLog? _log;
    private Process? _process;

    public SendmailInstance()
    {
        File.SetUnixFileMode(_root.FullName, (UnixFileMode)0x1ED);
        SocketFolder = _root.CreateSubdirectory("sockets").FullName;
    }

    public static string Program => $"{Packages}/usr/libexec/sendmail/sendmail";

    /// <summary>Where Sendmail finds unix sockets, as <c>unix:/sockets/NAME</c>.</summary>
    public string SocketFolder { get; }

    /// <summary>Starts it with a port for each milter, given as Sendmail writes its socket, or for several one after the other, with a semicolon between.</summary>
    public async Task StartAsync(IReadOnlyList<string> milters, int sinkPort)
    {
        foreach (var milter in milters)
            _ports[milter] = Machine.FreePort();
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "sendmail.mc"), Configuration(sinkPort));
        var (code, output, error) = await Machine.RunAsync("/bin/sh", ["-ec", MakeRoot, "sh", Packages], folder: _root.FullName);
        Assert.True(code == 0, output + error);
        _log = new SendmailLog(Path.Combine(_root.FullName, "dev", "log"));
        File.SetUnixFileMode(Path.Combine(_root.FullName, "dev", "log"), (UnixFileMode)0x1B6);
        // In a session of its own, so that its children end with it.
        _process = Process.Start("/usr/bin/setsid", ["/usr/sbin/chroot", _root.FullName, "/usr/sbin/sendmail", "-bD"]);
        await Machine.UntilAsync(() => _process.HasExited || _ports.Values.All(Machine.Accepts), Log);
        Assert.False(_process.HasExited, $"sendmail ended: {Log()}");
    }

    /// <summary>The port whose mail goes through that milter.</summary>
    public int Port(string milter) => _ports[milter];

    /// <summary>What Sendmail has logged.</summary>
    public string Log() => _log?.ToString() ?? "(no log)";

    /// <summary>Runs sendmail(1) in the root.</summary>
    public async Task<string> RunAsync(byte[]? input, params string[] arguments)
    {
        var (code, output, error) = await Machine.RunAsync("/usr/sbin/chroot", [_root.FullName, "/usr/sbin/sendmail", .. arguments], input);
        Assert.True(code == 0, output + error);
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await Machine.RunAsync("/bin/kill", ["-KILL", "--", string.Create(CultureInfo.InvariantCulture, $"-{_process.Id}")]);
            await _process.WaitForExitAsync().WaitAsync(Machine.Patience);
            _process.Dispose();
        }
        _log?.Dispose();
        _root.Delete(recursive: true);
    }

    // Every milter has a daemon port of its own. Interactive: the reply to the message comes when the sink has it, and no process is left behind.
    private string Configuration(int sinkPort) => string.Create(CultureInfo.InvariantCulture, $"""
        define(`_CF_DIR_', `{Packages}/usr/share/sendmail/cf/')dnl
        include(`{Packages}/usr/share/sendmail/cf/m4/cf.m4')dnl
        define(`confDOMAIN_NAME', `mx.example.net')dnl
        OSTYPE(`linux')dnl
        undefine(`confHOST_STATUS_DIRECTORY')dnl
        define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch')dnl
        define(`ALIAS_FILE', `/etc/mail/aliases')dnl
        define(`QUEUE_DIR', `/queue')dnl
        define(`confPID_FILE', `/sendmail.pid')dnl
        define(`STATUS_FILE', `')dnl
        define(`HELP_FILE', `')dnl
        define(`confDELIVERY_MODE', `interactive')dnl
        define(`confTO_IDENT', `0')dnl
        define(`confLOG_LEVEL', `14')dnl
        define(`confMILTER_LOG_LEVEL', `14')dnl
        define(`confMAX_HEADERS_LENGTH', `200000')dnl
        define(`confAUTH_MECHANISMS', `PLAIN')dnl
        define(`confAUTH_OPTIONS', `A')dnl
        TRUST_AUTH_MECH(`PLAIN')dnl
        define(`SMART_HOST', `relay:[127.0.0.1]')dnl
        define(`RELAY_MAILER_ARGS', `TCP $h {sinkPort}')dnl
        RELAY_DOMAIN(`example.net')dnl
        FEATURE(`accept_unresolvable_domains')dnl
        FEATURE(`nocanonify')dnl
        FEATURE(`no_default_msa')dnl
        {string.Join('\n', _ports.Select(static (port, i) => $"DAEMON_OPTIONS(`Name=MTA{i}, Family=inet, Addr=127.0.0.1, Port={port.Value}, InputMailFilters={string.Join(';', MiltersOf(port.Key, i).Select(static milter => milter.Name))}')dnl"))}
        {string.Join('\n', _ports.SelectMany(static (port, i) => MiltersOf(port.Key, i)).Select(static milter => $"MAIL_FILTER(`{milter.Name}', `S={milter.Socket}, F=T, T=S:30s;R:30s;E:5m')dnl"))}
        MAILER(`smtp')dnl

        """);

    private static IEnumerable<(string Name, string Socket)> MiltersOf(string sockets, int port) =>
        sockets.Split(';').Select((socket, i) => (string.Create(CultureInfo.InvariantCulture, $"milter{port}x{i}"), socket));
}
