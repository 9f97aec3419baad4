using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>A host with an RSA and an Ed25519 key for example.com, an MTA before it, Postfix if nothing else is said, and a sink behind: shared by the tests of a class.</summary>
public class MailSetup : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhe2e");

    internal SmtpSink Sink { get; } = new();

    internal FilterHostProcess Host { get; private set; } = null!;

    internal PostfixInstance Postfix { get; private set; } = null!;

    /// <summary>Public keys by the name of their record.</summary>
    internal Dictionary<string, string> Records { get; } = [];

    internal string RsaKey => Path.Combine(_folder.FullName, "rsa.pem");

    internal string Settings { get; private set; } = "";

    internal string Folder => _folder.FullName;

    /// <summary>The socket, as the host's settings write it.</summary>
    protected virtual string Socket => $"unix:{_folder.FullName}/s";

    /// <summary>The socket, as Postfix writes it.</summary>
    protected virtual string PostfixSocket => $"unix:{_folder.FullName}/s";

    /// <summary>Further lines of main.cf.</summary>
    protected virtual string MainCf => "";

    /// <summary>What mail is signed with.</summary>
    protected virtual string Canonicalization => "relaxed/simple";

    /// <summary>The filters of the listener, and further tables.</summary>
    protected virtual (string Filters, string Tables) Filters => ("\"verify\", \"sign\"", "");

    /// <summary>Listeners behind the first.</summary>
    protected virtual string MoreListeners => "";

    /// <summary>The table of the keys.</summary>
    protected virtual string KeyStore => """
        [service.keys]
        plugin = "FileKeyStore"
        [[service.keys.keys]]
        domain = "example.com"
        selector = "rsa"
        file = "rsa.pem"
        [[service.keys.keys]]
        domain = "example.com"
        selector = "ed"
        file = "ed.pem"
        [[service.keys.keys]]
        domain = "bücher.example"
        selector = "ed"
        file = "ed.pem"
        """;

    /// <summary>Further settings of the host, before the tables.</summary>
    protected virtual string HostSettings => "";

    /// <summary>The MTA's program.</summary>
    protected virtual string Mta => "/usr/sbin/postfix";

    public async ValueTask InitializeAsync()
    {
        Machine.Require(Mta, "/usr/bin/openssl", "/usr/bin/python3", "/usr/bin/perl", "/usr/sbin/opendkim");
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x1ED);
        await MakeKeyAsync("rsa", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
        await MakeKeyAsync("ed", ["genpkey", "-algorithm", "ed25519"]);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "zone"), string.Concat(Records.Select(record => $"{record.Key}. IN TXT \"{record.Value}\"\n")));
        await PrepareAsync();
        Settings = $"""
            authserv_id = "mx.example.net"
            {HostSettings}
            [service.dns]
            plugin = "ZoneFileResolver"
            file = "zone"
            {KeyStore}
            [filter.verify]
            plugin = "DkimVerify"
            [filter.sign]
            plugin = "DkimSign"
            canonicalization = "{Canonicalization}"
            {Filters.Tables}
            [[listener]]
            socket = "{Socket}"
            {(Socket.StartsWith("unix:", StringComparison.Ordinal) ? "mode = \"0666\"" : "")}
            filters = [{Filters.Filters}]
            {MoreListeners}

            """;
        Host = await FilterHostProcess.StartAsync(_folder.FullName, Settings);
        await StartMtaAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopMtaAsync();
        if (Host is not null)
            await Host.DisposeAsync();
        await CleanUpAsync();
        Sink.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts what the settings name, once there are keys.</summary>
    protected virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    /// <summary>Stops it.</summary>
    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    /// <summary>A message with a marker of its own.</summary>
    internal static string Message(string marker, string from = "a@example.com", string more = "") =>
        $"{more}From: {from}\r\nTo: b@example.net\r\nSubject: {marker}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{marker}@example.com>\r\n\r\nHello,\r\n  two  spaces \r\n..dots\r\n\r\n\r\n";

    internal static string Marker() => $"m{Guid.NewGuid():N}";

    internal Task<SmtpSink.Delivery> ReceiveAsync(string marker) => Sink.ReceiveAsync(marker, () => Host.Log() + MtaLog());

    protected virtual async Task StartMtaAsync() => Postfix = await PostfixInstance.StartAsync(PostfixSocket, Sink.Port, MainCf);

    protected virtual async Task StopMtaAsync()
    {
        if (Postfix is not null)
            await Postfix.DisposeAsync();
    }

    protected virtual string MtaLog() => Postfix.Log();

    private async Task MakeKeyAsync(string name, string[] arguments)
    {
        var path = Path.Combine(_folder.FullName, $"{name}.pem");
        var (code, _, error) = await Machine.RunAsync("/usr/bin/openssl", [.. arguments, "-out", path]);
        Assert.True(code == 0, error);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (_, publicKey, _) = await Machine.RunAsync("/usr/bin/openssl", ["pkey", "-in", path, "-pubout"]);
        var spki = Convert.FromBase64String(string.Concat(publicKey.Split('\n').Where(line => !line.StartsWith('-'))));
        // RFC 8463 §4: p= is the 32 octets of the key, the last of its SubjectPublicKeyInfo.
        var record = name == "rsa" ? $"v=DKIM1; k=rsa; p={Convert.ToBase64String(spki)}" : $"v=DKIM1; k=ed25519; p={Convert.ToBase64String(spki[^32..])}";
        Records[$"{name}._domainkey.example.com"] = record;
        if (name == "ed")
            Records[$"{name}._domainkey.xn--bcher-kva.example"] = record;
    }
}
