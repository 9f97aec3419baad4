using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>The same mail through three chains: one listener with all filters, two listeners one after the other, and OpenDKIM with OpenDMARC as they are today. One name server for all.</summary>
public sealed class ChainSetup : IAsyncLifetime
{
    private const string Filters = """
        authserv_id = "mx.example.net"
        [service.dns]
        plugin = "DnsResolver"
        servers = ["{dns}:53"]
        [filter.spf]
        plugin = "Spf"
        helo = false
        [filter.dkim]
        plugin = "DkimVerify"
        [filter.dmarc]
        plugin = "Dmarc"
        [service.keys]
        plugin = "FileKeyStore"
        [[service.keys.keys]]
        domain = "example.com"
        selector = "rsa"
        file = "{key}"
        [filter.sign]
        plugin = "DkimSign"

        """;

    private readonly DirectoryInfo _fused = MakeFolder();
    private readonly DirectoryInfo _split = MakeFolder();
    private readonly List<IAsyncDisposable> _running = [];

    internal SmtpSink Sink { get; } = new();

    internal NameServer Names { get; private set; } = null!;

    internal PostfixInstance Fused { get; private set; } = null!;

    internal PostfixInstance Split { get; private set; } = null!;

    /// <summary>The split chain with its first listener gone, and told to go on without it.</summary>
    internal PostfixInstance Half { get; private set; } = null!;

    internal PostfixInstance Daemons { get; private set; } = null!;

    internal string Key => Path.Combine(_fused.FullName, "rsa.pem");

    internal FilterHostProcess FusedHost { get; private set; } = null!;

    internal FilterHostProcess SplitHost { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Machine.Require("/usr/sbin/postfix", "/usr/bin/openssl", "/usr/bin/python3", "/usr/sbin/opendkim", "/usr/sbin/opendmarc", "/usr/sbin/nsd", "/usr/share/publicsuffix/public_suffix_list.dat");
        Names = Started(await NameServer.StartAsync(await ZoneAsync()));
        var filters = Filters.Replace("{dns}", Names.Address, StringComparison.Ordinal).Replace("{key}", Key, StringComparison.Ordinal);
        FusedHost = Started(await FilterHostProcess.StartAsync(_fused.FullName, filters + Listener(_fused, "all", "\"spf\", \"dkim\", \"dmarc\", \"sign\"")));
        SplitHost = Started(await FilterHostProcess.StartAsync(_split.FullName, filters + Listener(_split, "dkim", "\"spf\", \"dkim\", \"sign\"") + Listener(_split, "dmarc", "\"dmarc\"")));
        var opendkim = Started(await OpenDkimProcess.StartVerifierAsync(Names, "mx.example.net"));
        var opendmarc = Started(await OpenDmarcProcess.StartAsync(Names, "AuthservID mx.example.net\nSPFSelfValidate true\nSPFIgnoreResults true"));
        Fused = Started(await PostfixInstance.StartAsync($"unix:{_fused.FullName}/all", Sink.Port));
        Split = Started(await PostfixInstance.StartAsync($"unix:{_split.FullName}/dkim, unix:{_split.FullName}/dmarc", Sink.Port));
        Half = Started(await PostfixInstance.StartAsync($"unix:{_split.FullName}/gone, unix:{_split.FullName}/dmarc", Sink.Port, "milter_default_action = accept"));
        Daemons = Started(await PostfixInstance.StartAsync($"unix:{opendkim.Socket}, unix:{opendmarc.Socket}", Sink.Port));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
            await running.DisposeAsync();
        Sink.Dispose();
        _fused.Delete(recursive: true);
        _split.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A message with the signature of its domain.</summary>
    internal Task<string> SignAsync(string message, string domain = "example.com") => Verifiers.SignWithDkimpyAsync(message, domain, "rsa", Key);

    internal string Log() => FusedHost.Log() + SplitHost.Log() + Fused.Log() + Split.Log() + Half.Log() + Daemons.Log();

    private static DirectoryInfo MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("fhch");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ED);
        return folder;
    }

    private static string Listener(DirectoryInfo folder, string name, string filters) => $"""
        [[listener]]
        socket = "unix:{folder.FullName}/{name}"
        mode = "0666"
        filters = [{filters}]

        """;

    private async Task<string> ZoneAsync()
    {
        var (code, _, error) = await Machine.RunAsync("/usr/bin/openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", Key]);
        Assert.True(code == 0, error);
        var (_, publicKey, _) = await Machine.RunAsync("/usr/bin/openssl", ["pkey", "-in", Key, "-pubout"]);
        var spki = string.Concat(publicKey.Split('\n').Where(line => !line.StartsWith('-')));
        // A character-string has at most 255 octets (RFC 1035 §3.3).
        var record = $"\"v=DKIM1; k=rsa; p={spki[..200]}\" \"{spki[200..]}\"";
        return $"""
            example.com. A 192.0.2.1
            example.com. TXT "v=spf1 ip4:203.0.113.9 -all"
            rsa._domainkey.example.com. TXT {record}
            _dmarc.example.com. TXT "v=DMARC1; p=reject; adkim=r; aspf=r"
            news.example.com. TXT "v=spf1 ip4:203.0.113.9 -all"
            strict.example.org. A 192.0.2.1
            _dmarc.strict.example.org. TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s"
            strict.example.org. TXT "v=spf1 -all"
            rsa._domainkey.strict.example.org. TXT {record}
            rsa._domainkey.sub.strict.example.org. TXT {record}
            plain.example.org. A 192.0.2.1
            plain.example.org. TXT "v=spf1 ip4:203.0.113.9 -all"
            rsa._domainkey.plain.example.org. TXT {record}
            list.example.net. TXT "v=spf1 ip4:203.0.113.9 -all"
            client.example.org. TXT "v=spf1 ip4:203.0.113.9 -all"
            none.example.com. A 192.0.2.1
            """;
    }

    private T Started<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }
}
