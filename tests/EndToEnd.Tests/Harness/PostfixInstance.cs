using System.Globalization;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>A Postfix of a test's own: in a temporary folder, on loopback, delivering to a sink.</summary>
internal sealed class PostfixInstance : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private PostfixInstance(DirectoryInfo folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    /// <summary>What a chrooted process has for its root.</summary>
    public string QueueFolder => Path.Combine(_folder.FullName, "queue");

    public string ConfigurationFolder => Path.Combine(_folder.FullName, "etc");

    public static async Task<PostfixInstance> StartAsync(string milter, int sinkPort, string more = "", string chroot = "n", string services = "")
    {
        var folder = Directory.CreateTempSubdirectory("fhpf");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        var postfix = new PostfixInstance(folder, Machine.FreePort());
        folder.CreateSubdirectory("etc");
        await postfix.MakeQueueAsync();
        await File.WriteAllTextAsync(Path.Combine(postfix.ConfigurationFolder, "main.cf"), LatestOnly(postfix.MainCf(milter, sinkPort, more)));
        await File.WriteAllTextAsync(Path.Combine(postfix.ConfigurationFolder, "master.cf"), postfix.MasterCf(chroot) + services);
        if (chroot == "y")
            await postfix.FillRootAsync();
        var (code, output, error) = await Machine.RunAsync("/usr/sbin/postfix", ["-c", postfix.ConfigurationFolder, "start"]);
        Assert.True(code == 0, $"postfix did not start: {output}{error}{postfix.Log()}");
        await Machine.UntilAsync(() => Machine.Accepts(postfix.Port), postfix.Log);
        return postfix;
    }

    /// <summary>What Postfix has logged.</summary>
    public string Log()
    {
        var path = Path.Combine(_folder.FullName, "data", "mail.log");
        return File.Exists(path) ? File.ReadAllText(path) : "(no log)";
    }

    /// <summary>Submits a message by sendmail(1).</summary>
    public async Task SubmitAsync(string message, string sender = "a@example.com", string recipient = "b@example.net")
    {
        var (code, output, error) = await Machine.RunAsync("/usr/sbin/sendmail", ["-C", ConfigurationFolder, "-f", sender, recipient], System.Text.Encoding.UTF8.GetBytes(message));
        Assert.True(code == 0, output + error);
    }

    /// <summary>The root folder of each running process of that program, as the kernel has it. Each runs in the queue folder, chrooted or not.</summary>
    public IReadOnlyList<string> RootsOf(string program) =>
        [.. Directory.EnumerateDirectories("/proc").Where(process => LinkOf(process, "exe").EndsWith($"/{program}", StringComparison.Ordinal) && LinkOf(process, "cwd") == QueueFolder)
            .Select(process => LinkOf(process, "root"))];

    public async ValueTask DisposeAsync()
    {
        // What "postfix stop" does, which looks only once a second whether all processes are gone.
        const string stop = "kill $(sed 1q queue/pid/master.pid); for i in $(seq 100); do /usr/lib/postfix/sbin/master -c \"$PWD/etc\" -t 2>/dev/null && exit; sleep 0.05; done; exit 1";
        var (code, _, _) = await Machine.RunAsync("/bin/sh", ["-c", stop], folder: _folder.FullName);
        if (code != 0)
            await Machine.RunAsync("/usr/sbin/postfix", ["-c", ConfigurationFolder, "stop"]);
        _folder.Delete(recursive: true);
    }

    // The folders and owners of /etc/postfix/postfix-files. With them, and the file that says so, Postfix starts without the check that takes most of its time.
    private async Task MakeQueueAsync()
    {
        const string make = """
            install -d -m 755 queue queue/pid
            install -d -o postfix -m 700 data
            cd queue
            install -d -o postfix -m 700 active bounce corrupt defer deferred flush hold incoming private saved trace
            install -d -o postfix -g postdrop -m 730 maildrop
            install -d -o postfix -g postdrop -m 710 public
            touch quick-start
            """;
        var (code, output, error) = await Machine.RunAsync("/bin/sh", ["-ec", make], folder: _folder.FullName);
        Assert.True(code == 0, output + error);
    }

    // The script with which Debian fills the root of chrooted processes before each start: libraries for name services, /etc/hosts and the like.
    private async Task FillRootAsync()
    {
        var (code, output, error) = await Machine.RunAsync("/usr/bin/env", [$"MAIL_CONFIG={ConfigurationFolder}", "/usr/lib/postfix/configure-instance.sh"]);
        Assert.True(code == 0, output + error);
    }

    // Processes end while they are looked at.
    private static string LinkOf(string process, string name)
    {
        try
        {
            return new FileInfo(Path.Combine(process, name)).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private string MainCf(string milter, int sinkPort, string more) => string.Create(CultureInfo.InvariantCulture, $"""
        compatibility_level = 3.6
        queue_directory = {_folder.FullName}/queue
        data_directory = {_folder.FullName}/data
        maillog_file = {_folder.FullName}/data/mail.log
        maillog_file_prefixes = {_folder.FullName}
        multi_instance_enable = yes
        myhostname = mx.example.net
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        smtpd_authorized_xclient_hosts = 127.0.0.1
        relay_domains = example.net
        smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
        relayhost = [127.0.0.1]:{sinkPort}
        local_header_rewrite_clients =
        alias_maps =
        smtp_dns_support_level = disabled
        smtputf8_enable = yes
        smtpd_milters = {milter}
        non_smtpd_milters = {milter}
        milter_default_action = tempfail
        milter_connect_timeout = 5s
        {more}

        """);

    // Each process that reads a parameter twice logs a warning, and does not go on before postlogd has it; master, which starts postlogd, is one of them.
    private static string LatestOnly(string mainCf)
    {
        var settings = mainCf.Split('\n').Where(line => line.Length > 0 && line[0] is not '#').ToList();
        return string.Join('\n', settings.Where((line, i) => !settings.Skip(i + 1).Any(later => NameOf(later) == NameOf(line)))) + "\n";

        static string NameOf(string line) => line.Split('=')[0].Trim();
    }

    private string MasterCf(string chroot) => string.Create(CultureInfo.InvariantCulture, $"""
        127.0.0.1:{Port} inet n - {chroot} - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - {chroot} - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        relay unix - - n - - smtp
        showq unix n - n - - showq
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        local unix - n n - - local
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """);
}
