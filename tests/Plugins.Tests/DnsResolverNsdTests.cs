using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FilterHost.Dns;

namespace FilterHost.Plugins.Tests;

/// <summary>What comes of a real server's records.</summary>
public sealed class DnsResolverNsdTests : IAsyncLifetime
{
    private const string Zone = """
        host        A     192.0.2.1
        host        A     192.0.2.2
        host        AAAA  2001:db8::1
        mail        MX    10 mx1
        mail        MX    20 mx2.example.
        null        MX    0 .
        4.3.2.1     PTR   host
        txt         TXT   "v=spf1 " "-all"
        many        TXT   "one"
        many        TXT   "two"
        empty       TXT   ""
        alias       CNAME alias2
        alias2  30  CNAME host
        dangling    CNAME nowhere
        barren      CNAME txt
        outside     CNAME host.elsewhere.
        Case        TXT   "case"
        below.non-terminal TXT "x"
        *.wild      TXT   "wild"
        a.wild      A     192.0.2.3
        a+b=c!{}~   TXT   "punctuation"
        q\"\;\\q    TXT   "escapes"
        q\"-alias   CNAME q\"\;\\q
        xn--bcher-kva TXT "books"
        books       CNAME xn--bcher-kva
        5.3.2.1     PTR   xn--bcher-kva
        """;

    // No question can be asked for such a name.
    private const string Unaskable = "octet CNAME \\200\n\\200 TXT x\n";

    private static readonly RSA Key = RSA.Create(4096);

    private DnsResolverNsd _server = null!;
    private LoadedPlugins _plugins = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await DnsResolverNsd.StartAsync($"{Zone}\n{Unaskable}key TXT {Strings(KeyRecord)}\noctets TXT {string.Concat(Octets.Select(Escaped))}\nhuge TXT {Strings(Huge)}\n");
        _plugins = await new LoadedPlugins().BuildAsync($"[service.dns]\nplugin = \"DnsResolver\"\nservers = [\"{_server.EndPoint}\"]");
    }

    public async ValueTask DisposeAsync()
    {
        if (_plugins is not null)
            await _plugins.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Addresses()
    {
        Assert.Equal(["192.0.2.1", "192.0.2.2"], (await AskAsync("host", DnsRecordType.A)).Records.Cast<DnsRecord.Address>().Select(record => record.Value.ToString()).Order());
        Assert.Equal("2001:db8::1", Assert.IsType<DnsRecord.Address>(Assert.Single((await AskAsync("host", DnsRecordType.Aaaa)).Records)).Value.ToString());
    }

    [Fact]
    public async Task Mail_exchangers_and_the_null_MX()
    {
        var exchangers = (await AskAsync("mail", DnsRecordType.Mx)).Records.Cast<DnsRecord.MailExchanger>().OrderBy(record => record.Preference);
        Assert.Equal([(10, "mx1.example"), (20, "mx2.example")], exchangers.Select(record => (record.Preference, record.Exchange!.ToString())));
        Assert.Equal(new DnsRecord.MailExchanger(0, null), Assert.Single((await AskAsync("null", DnsRecordType.Mx)).Records));
    }

    [Theory]
    [InlineData("4.3.2.1", "host.example")]
    [InlineData("5.3.2.1", "xn--bcher-kva.example")]
    public async Task Pointers(string name, string target) =>
        Assert.Equal(target, Assert.IsType<DnsRecord.Pointer>(Assert.Single((await AskAsync(name, DnsRecordType.Ptr)).Records)).Name.ToString());

    [Theory]
    [InlineData("txt", "v=spf1 -all")]
    [InlineData("many", "one|two")]
    [InlineData("empty", "")]
    [InlineData("case", "case")]
    [InlineData("CASE", "case")]
    [InlineData("a+b=c!{}~", "punctuation")]
    [InlineData(@"q"";\q", "escapes")]
    [InlineData("xn--bcher-kva", "books")]
    [InlineData("books", "books")]
    public async Task The_strings_of_a_text_record_are_joined_with_nothing_between(string name, string texts) =>
        // RFC 6376 §3.6.2.2, RFC 7208 §3.3.
        Assert.Equal(texts, string.Join('|', Texts(await AskAsync(name)).Select(Encoding.Latin1.GetString).Order()));

    [Fact]
    public async Task A_key_that_is_cut_over_UDP_comes_whole_over_TCP()
    {
        Assert.True(((await _server.AskAsync("key.example", 16))[2] & 0x02) != 0, "the server did not cut the answer");
        Assert.Equal(KeyRecord, Assert.Single(Texts(await AskAsync("key"))));
    }

    [Fact]
    public async Task The_longest_answer_comes_whole() => Assert.Equal(Huge, Assert.Single(Texts(await AskAsync("huge"))));

    [Fact]
    public async Task Text_arrives_octet_for_octet() => Assert.Equal(Octets, Assert.Single(Texts(await AskAsync("octets"))));

    [Fact]
    public async Task An_alias_is_followed()
    {
        var answer = await AskAsync("alias", DnsRecordType.Aaaa);
        Assert.Equal((DnsOutcome.Records, "host.example", 30d), (answer.Outcome, answer.CanonicalName?.ToString(), answer.TimeToLive.TotalSeconds));
        Assert.Equal("escapes"u8.ToArray(), Assert.Single(Texts(await AskAsync("q\"-alias"))));
    }

    [Theory]
    [InlineData("dangling", DnsOutcome.NxDomain, "nowhere.example", true)]
    [InlineData("barren", DnsOutcome.NoData, "txt.example", true)]
    [InlineData("outside", DnsOutcome.NoData, "host.elsewhere", true)]
    [InlineData("host", DnsOutcome.NoData, null, true)]
    [InlineData("non-terminal", DnsOutcome.NoData, null, true)]
    [InlineData("nowhere", DnsOutcome.NxDomain, null, false)]
    [InlineData("below.host", DnsOutcome.NxDomain, null, false)]
    [InlineData("below.a.wild", DnsOutcome.NxDomain, null, false)]
    public async Task What_does_not_exist_is_told_from_what_has_other_records(string name, DnsOutcome outcome, string? canonical, bool exists)
    {
        var type = name == "barren" ? DnsRecordType.A : DnsRecordType.Mx;
        var answer = await AskAsync(name, type);
        Assert.Equal((outcome, canonical, exists), (answer.Outcome, answer.CanonicalName?.ToString(), answer.NameExists));
        Assert.Empty(answer.Records);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("host")]
    public async Task Absence_has_the_time_to_live_of_the_SOA_record(string name) =>
        Assert.Equal(60, (await AskAsync(name)).TimeToLive.TotalSeconds);

    [Fact]
    public async Task A_wildcard_answers_for_names_that_do_not_exist()
    {
        // RFC 4592 §2.2.1.
        Assert.Equal("wild"u8.ToArray(), Assert.Single(Texts(await AskAsync("b.c.wild"))));
        Assert.Equal(DnsOutcome.NoData, (await AskAsync("a.wild")).Outcome);
    }

    [Fact]
    public async Task An_alias_to_a_name_that_nobody_can_ask_for_is_a_server_failure() =>
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync("octet")).Outcome);

    [Fact]
    public async Task A_name_of_another_zone_is_refused() =>
        Assert.Equal(DnsOutcome.ServerFailure, (await AskAsync(DomainName.Parse("host.elsewhere"), DnsRecordType.A)).Outcome);

    [Fact]
    public async Task A_zone_file_answers_as_the_server_does()
    {
        await using var plugins = new LoadedPlugins();
        plugins.Write("zone", $"$ORIGIN example.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n{Zone}\n");
        await plugins.BuildAsync("[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"");
        string[] names = [.. Zone.Split('\n').Select(line => line.Split(' ')[0].Replace("\\", "", StringComparison.Ordinal)), "nowhere", "b.wild", "b.c.wild", "x.a.wild", "wild", "non-terminal", "x.non-terminal", "x.host", "q\";\\q"];
        foreach (var name in names.Except(["outside"]))
        {
            Assert.True(DomainName.TryParseQueryName($"{name}.example", out var parsed));
            foreach (var type in Enum.GetValues<DnsRecordType>())
                Assert.Equal(Described(await AskAsync(parsed, type)), Described(await plugins.Service<IDnsResolver>().ResolveAsync(parsed, type, TestContext.Current.CancellationToken)));
        }

        static string Described(DnsAnswer answer) =>
            $"{answer.Outcome} {answer.CanonicalName} {(answer.Outcome is DnsOutcome.Records ? answer.TimeToLive : null)} {string.Join(", ", answer.Records.Select(record => record is DnsRecord.Text text ? Encoding.Latin1.GetString(text.Value.Span) : record.ToString()).Order())}";
    }

    private static byte[] KeyRecord { get; } = Encoding.ASCII.GetBytes($"v=DKIM1; k=rsa; p={Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo())}");

    private static byte[] Octets { get; } =
        [.. Enumerable.Range(0x80, 0x80).Select(octet => (byte)octet), .. "\\\"\\\\\"\""u8, .. Enumerable.Range(0, 0x20).Select(octet => (byte)octet), 0x7F];

    private static byte[] Huge { get; } = [.. Enumerable.Range(0, 60_000).Select(i => (byte)('a' + (i % 26)))];

    private static string Strings(byte[] octets) => string.Join(' ', octets.Chunk(255).Select(part => $"\"{string.Concat(part.Select(Escaped))}\""));

    private static string Escaped(byte octet) => octet is > 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' and not (byte)';' ? $"{(char)octet}" : $"\\{octet.ToString("D3", CultureInfo.InvariantCulture)}";

    private static IEnumerable<byte[]> Texts(DnsAnswer answer) => answer.Records.Cast<DnsRecord.Text>().Select(text => text.Value.ToArray());

    private Task<DnsAnswer> AskAsync(string name, DnsRecordType type = DnsRecordType.Txt)
    {
        Assert.True(DomainName.TryParseQueryName($"{name}.example", out var parsed));
        return AskAsync(parsed, type);
    }

    private async Task<DnsAnswer> AskAsync(DomainName name, DnsRecordType type) =>
        await _plugins.Service<IDnsResolver>().ResolveAsync(name, type, TestContext.Current.CancellationToken);
}
