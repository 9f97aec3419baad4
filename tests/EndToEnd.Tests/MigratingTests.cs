using System.Globalization;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The set-ups of packaging/MIGRATING.md as they stand there: the settings on the left by OpenDKIM, those on the right by FilterHost, behind the same Postfix, on the same mail.</summary>
public sealed class MigratingTests : IAsyncLifetime
{
    private const string Fields = "DKIM-Signature";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhmig");
    private readonly List<IAsyncDisposable> _running = [];
    private readonly int _port = Machine.FreePort();
    private readonly Dictionary<string, string> _records = [];
    private readonly SmtpSink _sink = new();
    private NameServer _names = null!;
    private FilterHostProcess _host = null!;

    public async ValueTask InitializeAsync()
    {
        Machine.Require("/usr/sbin/postfix", "/usr/bin/openssl", "/usr/bin/python3", "/usr/sbin/opendkim", "/usr/sbin/opendmarc", "/usr/sbin/nsd");
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x1ED);
        foreach (var folder in new[] { "etc/keys/example1.com", "etc/keys/example2.com", "run", "lib" })
            _folder.CreateSubdirectory(folder);
        var zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\nexample.org. TXT \"v=spf1 -all\"\n_dmarc.example.org. TXT \"v=DMARC1; p=reject\"\n";
        foreach (var (domain, file) in new[] { ("example.com", "keys/server1.private"), ("example1.com", "keys/example1.com/myselector.private"), ("example2.com", "keys/example2.com/myselector.private") })
            zone += await MakeKeyAsync(domain, $"{_folder.FullName}/etc/{file}");
        await WriteAsync("etc/KeyTable", string.Concat(new[] { "example1.com", "example2.com" }
            .Select(domain => $"myselector._domainkey.{domain} {domain}:myselector:{_folder.FullName}/etc/keys/{domain}/myselector.private\n")));
        await WriteAsync("etc/SigningTable", string.Concat(new[] { "example1.com", "example2.com" }.Select(static domain => $"*@{domain} myselector._domainkey.{domain}\n")));
        await WriteAsync("etc/TrustedHosts", "127.0.0.1\n::1\nlocalhost\n203.0.113.7\nhostname.example1.com\nexample1.com\nhostname.example2.com\nexample2.com\n");
        _names = Started(await NameServer.StartAsync(zone));
    }

    [Theory]
    [InlineData(1, "example.com")]
    [InlineData(2, "example.com")]
    [InlineData(5, "example.com")]
    [InlineData(9, "example1.com")]
    [InlineData(9, "example2.com")]
    [InlineData(10, "example.com")]
    public async Task A_set_up_signs_and_verifies_the_mail_that_OpenDKIM_signed_and_verified(int section, string domain)
    {
        var before = await StartPostfixAsync($"unix:{(await StartOpenDkimAsync(section)).Socket}");
        var after = await StartPostfixAsync(await StartHostAsync(section));
        Assert.Equal(await SignedAsync(before, domain), await SignedAsync(after, domain));
        Assert.Equal("pass", await VerifiedAsync(before));
        Assert.Equal("pass", await VerifiedAsync(after));
    }

    [Fact]
    public async Task Hosts_of_the_three_tables_are_ours_and_no_others()
    {
        var before = await StartPostfixAsync($"unix:{(await StartOpenDkimAsync(9)).Socket}");
        var after = await StartPostfixAsync(await StartHostAsync(9));
        foreach (var (client, isOurs) in new[] { ("203.0.113.7", true), ("203.0.113.8", false) })
        {
            foreach (var postfix in new[] { before, after })
            {
                var marker = MailSetup.Marker();
                await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker, "a@example1.com"), outside: client);
                Assert.Equal(isOurs ? 1 : 0, (await ReceiveAsync(marker)).Fields(Fields).Count);
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task The_lines_for_main_cf_sign_what_comes_by_smtp_and_by_sendmail_1(int section)
    {
        await StartHostAsync(section is 4 ? 1 : section);
        var postfix = Started(await PostfixInstance.StartAsync("", _sink.Port, Here(MigratingPage.Blocks(section, "cf").Single())));
        var (bySmtp, bySendmail) = (MailSetup.Marker(), MailSetup.Marker());
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(bySmtp)), StringComparison.Ordinal);
        await postfix.SubmitAsync(MailSetup.Message(bySendmail).ReplaceLineEndings("\n"));
        Assert.Equal(["True"], await Verifiers.DkimpyAsync((await ReceiveAsync(bySmtp)).Message, _records));
        Assert.Equal(["True"], await Verifiers.DkimpyAsync((await ReceiveAsync(bySendmail)).Message, _records));
    }

    [Fact]
    public async Task The_lines_for_master_cf_filter_the_services_that_have_them_and_no_other()
    {
        Machine.Require(Swaks.Program, "/usr/sbin/saslpasswd2");
        await StartHostAsync(1);
        var (smtp, submission) = (Machine.FreePort(), Machine.FreePort());
        var services = Here(MigratingPage.Blocks(6, "cf").Single())
            .Replace("\nsubmission ", string.Create(CultureInfo.InvariantCulture, $"\n127.0.0.1:{submission} "), StringComparison.Ordinal)
            .Replace("smtp       ", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{smtp} "), StringComparison.Ordinal);
        var postfix = Started(await PostfixInstance.StartAsync("", _sink.Port, "smtpd_sasl_local_domain = mx.example.net", services: services));
        await AddLoginAsync(postfix);
        Assert.Single((await SentAsync(smtp)).Fields(Fields));
        Assert.Single((await SentAsync(submission, "--auth", "PLAIN", "--auth-user", "user", "--auth-password", "secret", "--xclient-addr", "203.0.113.9")).Fields(Fields));
        Assert.Empty((await SentAsync(postfix.Port)).Fields(Fields));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Mail_is_signed_over_milter_protocol(int version)
    {
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"`milter_protocol = {version}`"), MigratingPage.Section(11), StringComparison.Ordinal);
        var milter = await StartHostAsync(1);
        var postfix = Started(await PostfixInstance.StartAsync(milter, _sink.Port, string.Create(CultureInfo.InvariantCulture, $"milter_protocol = {version}")));
        await SignedAsync(postfix, "example.com");
    }

    [Fact]
    public async Task The_chain_judges_as_the_two_daemons_do()
    {
        var blocks = MigratingPage.Blocks(7, "conf").Single().Split("# opendmarc.conf");
        var opendkim = Started(await OpenDkimProcess.StartAsync($"Nameservers {_names.Address}\n{Daemon(blocks[0])}"));
        var opendmarc = Started(await OpenDmarcProcess.StartAsync(_names, Daemon(blocks[1])));
        var before = await StartPostfixAsync($"unix:{opendkim.Socket}, unix:{opendmarc.Socket}");
        var after = await StartPostfixAsync(await StartHostAsync(7));
        foreach (var (author, word) in new[] { ("a@example.com", "pass"), ("a@example.org", "fail") })
        {
            Assert.Equal(word, await JudgedAsync(before, author));
            Assert.Equal(word, await JudgedAsync(after, author));
        }
    }

    [Fact]
    public async Task The_files_of_both_daemons_imported_into_one_host_sign_and_judge_as_they_do()
    {
        var dkim = $"Nameservers {_names.Address}\nMode sv\nDomain example.com\nSelector myselector\nKeyFile {_folder.FullName}/etc/keys/server1.private\nAuthservID mx.example.net\n";
        const string dmarc = "AuthservID mx.example.net\nTrustedAuthservIDs mx.example.net\nSPFSelfValidate true\nSPFIgnoreResults true\n";
        var opendkim = Started(await OpenDkimProcess.StartAsync(dkim));
        var opendmarc = Started(await OpenDmarcProcess.StartAsync(_names, dmarc));
        var before = await StartPostfixAsync($"unix:{opendkim.Socket}, unix:{opendmarc.Socket}");
        await WriteAsync("opendkim.conf", $"{dkim}UMask 000\nSocket local:{_folder.FullName}/fused.sock\n");
        await WriteAsync("opendmarc.conf", $"{dmarc}Socket local:{_folder.FullName}/second.sock\n");
        var (code, settings, error) = await Machine.RunAsync(
            FilterHostProcess.Program, ["import", "opendkim", $"{_folder.FullName}/opendkim.conf", "--with-opendmarc", $"{_folder.FullName}/opendmarc.conf", "--user", "root"]);
        Assert.True(code == 0, error);
        _host = Started(await FilterHostProcess.StartAsync(_folder.FullName, settings));
        var after = await StartPostfixAsync($"unix:{_folder.FullName}/fused.sock");
        Assert.Equal(await SignedAsync(before, "example.com"), await SignedAsync(after, "example.com"));
        foreach (var (author, isSigned) in new[] { ("a@example.com", true), ("a@example.org", true), ("a@example.com", false), ("a@example.org", false), ("a@nowhere.example", false) })
            Assert.Equal(await WordsAsync(before, author, isSigned), await WordsAsync(after, author, isSigned));

        // What the fields say, the daemons' two or the host's one.
        async Task<string> WordsAsync(PostfixInstance postfix, string author, bool isSigned)
        {
            var marker = MailSetup.Marker();
            var message = MailSetup.Message(marker, author);
            if (isSigned)
                message = await Verifiers.SignWithDkimpyAsync(message, "example.com", "myselector", $"{_folder.FullName}/etc/keys/server1.private");
            Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, message, outside: "203.0.113.9"), StringComparison.Ordinal);
            var fields = (await ReceiveAsync(marker)).Fields("Authentication-Results");
            return string.Join(' ', fields.SelectMany(field => new[] { "dkim=", "spf=", "dmarc=" }.Where(method => field.Contains($" {method}", StringComparison.Ordinal))
                .Select(method => method + field.Split($" {method}")[1].Split(' ', ';')[0])).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_line_for_Sendmail_is_what_the_program_prints()
    {
        await StartHostAsync(1);
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, ["sendmail", "--config", Path.Combine(_folder.FullName, "filterhost.toml")]);
        Assert.True(code == 0, error);
        Assert.Equal(Here(MigratingPage.LastCellOf("INPUT_MAIL_FILTER").Trim('`')), output.Split('\n').Single(static line => line.StartsWith("INPUT_MAIL_FILTER", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
            await running.DisposeAsync();
        _sink.Dispose();
        _folder.Delete(recursive: true);
    }

    // The page has the paths and the port of a machine of its own.
    private string Here(string text) => text
        .Replace("/etc/opendkim/", $"{_folder.FullName}/etc/", StringComparison.Ordinal)
        .Replace("/run/opendkim", $"{_folder.FullName}/run", StringComparison.Ordinal)
        .Replace("/run/filterhost", $"{_folder.FullName}/run", StringComparison.Ordinal)
        .Replace("/var/lib/opendkim", $"{_folder.FullName}/lib", StringComparison.Ordinal)
        .Replace("8891", _port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    // Sockets, users and logs of the daemon are the harness's.
    private string Daemon(string block) => string.Join('\n', Here(block).Split('\n')
        .Where(static line => !new[] { "Socket", "UserID", "UMask", "Syslog" }.Contains(line.Split(' ', 2)[0])));

    private async Task<OpenDkimProcess> StartOpenDkimAsync(int section) =>
        Started(await OpenDkimProcess.StartAsync($"Nameservers {_names.Address}\n{Daemon(MigratingPage.Blocks(section, "conf").Single())}"));

    // Gives the socket as Postfix writes it.
    private async Task<string> StartHostAsync(int section)
    {
        var settings = Here(MigratingPage.Blocks(section, "toml").Single())
            .Replace("plugin = \"DnsResolver\"", $"plugin = \"DnsResolver\"\nservers = [\"{_names.Address}:53\"]", StringComparison.Ordinal);
        // The page has the keys owned by the user that the daemon runs as.
        if (settings.StartsWith("user = ", StringComparison.Ordinal))
        {
            settings = $"state_directory = \"{_folder.FullName}/state\"\n{settings}";
            var (code, _, error) = await Machine.RunAsync("/bin/chown", ["-R", "opendkim", $"{_folder.FullName}/etc"]);
            Assert.True(code == 0, error);
        }
        _host = Started(await FilterHostProcess.StartAsync(_folder.FullName, settings));
        var socket = settings.Split("socket = \"")[1].Split('"')[0];
        return socket.StartsWith("inet", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"inet:127.0.0.1:{_port}") : socket;
    }

    private async Task<PostfixInstance> StartPostfixAsync(string milters) => Started(await PostfixInstance.StartAsync(milters, _sink.Port));

    private async Task<string> SignedAsync(PostfixInstance postfix, string domain)
    {
        var marker = MailSetup.Marker();
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, MailSetup.Message(marker, $"a@{domain}")), StringComparison.Ordinal);
        var delivery = await ReceiveAsync(marker);
        Assert.Equal(["True"], await Verifiers.DkimpyAsync(delivery.Message, _records));
        var signature = string.Concat(Assert.Single(delivery.Fields(Fields)).Where(static character => !char.IsWhiteSpace(character)));
        return string.Join(' ', signature.Split(';').Where(static tag => tag.Split('=')[0] is "d" or "s" or "a"));
    }

    // The first word of the result for a message of example.com that comes in from outside.
    private async Task<string> VerifiedAsync(PostfixInstance postfix)
    {
        var marker = MailSetup.Marker();
        var message = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker), "example.com", "myselector", $"{_folder.FullName}/etc/keys/server1.private");
        var reply = await SmtpClient.SendAsync(postfix.Port, message, outside: "203.0.113.9");
        Assert.True(reply.StartsWith("250", StringComparison.Ordinal), reply + postfix.Log());
        return (await ReceiveAsync(marker)).Fields("Authentication-Results").Single().Split("dkim=")[1].Split(' ')[0];
    }

    private async Task<string> JudgedAsync(PostfixInstance postfix, string author)
    {
        var marker = MailSetup.Marker();
        var message = await Verifiers.SignWithDkimpyAsync(MailSetup.Message(marker, author), "example.com", "myselector", $"{_folder.FullName}/etc/keys/server1.private");
        var reply = await SmtpClient.SendAsync(postfix.Port, message, outside: "203.0.113.9");
        Assert.True(reply.StartsWith("250", StringComparison.Ordinal), reply + postfix.Log());
        return (await ReceiveAsync(marker)).Fields("Authentication-Results").Single(static field => field.Contains("dmarc=", StringComparison.Ordinal)).Split("dmarc=")[1].Split(' ', ';')[0];
    }

    private async Task<SmtpSink.Delivery> SentAsync(int port, params string[] options)
    {
        var marker = MailSetup.Marker();
        await Swaks.SendAsync(port, MailSetup.Message(marker), options);
        return await ReceiveAsync(marker);
    }

    private static async Task AddLoginAsync(PostfixInstance postfix)
    {
        var sasl = Directory.CreateDirectory(Path.Combine(postfix.ConfigurationFolder, "sasl")).FullName;
        await File.WriteAllTextAsync(Path.Combine(sasl, "smtpd.conf"), $"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {sasl}/db\nmech_list: PLAIN\n", TestContext.Current.CancellationToken);
        var (code, output, error) = await Machine.RunAsync("/usr/sbin/saslpasswd2", ["-c", "-p", "-f", $"{sasl}/db", "-u", "mx.example.net", "user"], "secret"u8.ToArray());
        Assert.True(code == 0, output + error);
        File.SetUnixFileMode(Path.Combine(sasl, "db"), (UnixFileMode)0x1A4);
    }

    private async Task<string> MakeKeyAsync(string domain, string path)
    {
        var (code, _, error) = await Machine.RunAsync("/usr/bin/openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path]);
        Assert.True(code == 0, error);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (_, publicKey, _) = await Machine.RunAsync("/usr/bin/openssl", ["pkey", "-in", path, "-pubout"]);
        var key = string.Concat(publicKey.Split('\n').Where(line => !line.StartsWith('-')));
        _records[$"myselector._domainkey.{domain}"] = $"v=DKIM1; k=rsa; p={key}";
        // A character-string has at most 255 octets (RFC 1035 §3.3).
        return $"myselector._domainkey.{domain}. TXT \"v=DKIM1; k=rsa; p={key[..200]}\" \"{key[200..]}\"\n";
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text);

    private Task<SmtpSink.Delivery> ReceiveAsync(string marker) => _sink.ReceiveAsync(marker, () => _host?.Log() ?? "");

    private T Started<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }
}
