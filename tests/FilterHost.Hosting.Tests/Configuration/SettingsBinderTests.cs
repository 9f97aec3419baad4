using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FilterHost.Hosting.Configuration;
using FilterHost.Tests;

namespace FilterHost.Hosting.Tests.Configuration;

public sealed class SettingsBinderTests
{
    [Fact]
    public void A_key_left_out_keeps_the_initializers_value()
    {
        var settings = SettingsOf.Record<SampleSettings>("count = 3\nname = \"x\"");
        Assert.Equal((3, "x", (ushort)25, 0.5, "kept"), (settings.Count, settings.Name, settings.Port, settings.Ratio, settings.NotASetting));
        Assert.Null(settings.Flag);
    }

    [Fact]
    public void Each_type_of_the_contract_is_bound()
    {
        var settings = SettingsOf.Record<SampleSettings>("""
            name = "n"
            flag = false
            count = 60
            port = 65535
            large = 9223372036854775807
            ratio = 1
            algorithm = "ed25519_sha256"
            time_limit = "500ms"
            body_size = "2M"
            file = "a/b.pem"
            folder = "/var/lib/x"
            domain = "Bücher.example"
            server = "[2001:db8::1]:53"
            networks = ["192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "::1"]
            entry = { domain = "example.com" }
            by_name = { "a.b" = 1, c = 2 }
            [[entries]]
            domain = "example.org"
            file = "../k.pem"
            """);
        Assert.Equal(("n", (bool?)false, 60, ushort.MaxValue, (ulong)long.MaxValue, 1.0), (settings.Name, settings.Flag, settings.Count, settings.Port, settings.Large, settings.Ratio));
        Assert.Equal((SampleAlgorithm.Ed25519Sha256, TimeSpan.FromMilliseconds(500), new ByteSize(2 << 20)), (settings.Algorithm, settings.TimeLimit, settings.BodySize));
        Assert.Equal(("/etc/a/b.pem", "/var/lib/x"), (settings.File!.FullName, settings.Folder!.FullName));
        Assert.Equal(("xn--bcher-kva.example", "[2001:db8::1]:53"), (settings.Domain!.ToString(), settings.Server!.ToString()));
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.0.2.7/32"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("::1/128")], settings.Networks);
        Assert.Equal("example.com", settings.Entry!.Domain.ToString());
        Assert.Equal("/k.pem", Assert.Single(settings.Entries).File!.FullName);
        Assert.Equal((1, 2), (settings.ByName["a.b"], settings.ByName["c"]));
    }

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0s", 0)]
    public void A_duration_is_a_whole_number_with_a_unit(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Equal(text, Duration.Format(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("10 s")]
    [InlineData("10S")]
    [InlineData("1w")]
    [InlineData("999999999999999999d")]
    [InlineData("99999999999999999999s")]
    public void Other_text_is_no_duration(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("count = \"3\"", "f:1:9: count: expected a whole number from 1 to 60, found a string")]
    [InlineData("count = 0", "f:1:9: count: expected a whole number from 1 to 60, found 0")]
    [InlineData("count = 61", "f:1:9: count: expected a whole number from 1 to 60, found 61")]
    [InlineData("count = 4294967297", "f:1:9: count: expected a whole number from 1 to 60, found 4294967297")]
    [InlineData("count = 3.0", "f:1:9: count: expected a whole number from 1 to 60, found a number")]
    [InlineData("count = [3]", "f:1:9: count: expected a whole number from 1 to 60, found a list")]
    [InlineData("count = {}", "f:1:9: count: expected a whole number from 1 to 60, found a table")]
    [InlineData("count = 2024-01-01", "f:1:9: count: expected a whole number from 1 to 60, found a date or time")]
    [InlineData("port = 65536", "f:1:8: port: expected a whole number from 0 to 65535, found 65536")]
    [InlineData("large = -1", "f:1:9: large: expected a whole number of at least 0, found -1")]
    [InlineData("ratio = 1.5", "f:1:9: ratio: expected a number from 0 to 1, found 1.5")]
    [InlineData("ratio = nan", "f:1:9: ratio: expected a number from 0 to 1, found NaN")]
    [InlineData("name = 1", "f:1:8: name: expected a string, found a whole number")]
    [InlineData("flag = \"true\"", "f:1:8: flag: expected true or false, found a string")]
    [InlineData("name = true", "f:1:8: name: expected a string, found true or false")]
    [InlineData("algorithm = \"rsa_sha265\"", "f:1:13: algorithm: expected one of \"rsa_sha256\", \"ed25519_sha256\", found \"rsa_sha265\"; did you mean 'rsa_sha256'?")]
    [InlineData("algorithm = \"RsaSha256\"", "f:1:13: algorithm: expected one of \"rsa_sha256\", \"ed25519_sha256\", found \"RsaSha256\"; did you mean 'rsa_sha256'?")]
    [InlineData("algorithm = \"0\"", "f:1:13: algorithm: expected one of \"rsa_sha256\", \"ed25519_sha256\", found \"0\"")]
    [InlineData("algorithm = 0", "f:1:13: algorithm: expected one of \"rsa_sha256\", \"ed25519_sha256\", found a whole number")]
    [InlineData("time_limit = 10", "f:1:14: time_limit: expected a duration such as \"10s\" (ms, s, m, h, d) from 500ms to 1h, found a whole number")]
    [InlineData("time_limit = \"499ms\"", "f:1:14: time_limit: expected a duration such as \"10s\" (ms, s, m, h, d) from 500ms to 1h, found \"499ms\"")]
    [InlineData("time_limit = \"soon\"", "f:1:14: time_limit: expected a duration such as \"10s\" (ms, s, m, h, d) from 500ms to 1h, found \"soon\"")]
    [InlineData("body_size = \"1023\"", "f:1:13: body_size: expected a size such as \"64k\" (k, M, G, or a whole number of octets) of at least 1k, found \"1023\"")]
    [InlineData("body_size = -1", "f:1:13: body_size: expected a size such as \"64k\" (k, M, G, or a whole number of octets) of at least 1k, found -1")]
    [InlineData("body_size = \"64K\"", "f:1:13: body_size: expected a size such as \"64k\" (k, M, G, or a whole number of octets) of at least 1k, found \"64K\"")]
    [InlineData("file = \"\"", "f:1:8: file: expected the path of a file, found \"\"")]
    [InlineData("folder = \"a\\u0000b\"", "f:1:10: folder: expected the path of a folder, found \"a\\u0000b\"")]
    [InlineData("domain = \"a..b\"", "f:1:10: domain: expected a domain name, found \"a..b\"")]
    [InlineData("server = \"192.0.2.1\"", "f:1:10: server: expected an address and port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\", found \"192.0.2.1\"")]
    [InlineData("server = \"2001:db8::1\"", "f:1:10: server: expected an address and port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\", found \"2001:db8::1\"")]
    [InlineData("networks = [\"192.0.2.0/33\"]", "f:1:13: networks[0]: expected a network such as \"192.0.2.0/24\" or an address, found \"192.0.2.0/33\"")]
    [InlineData("networks = [\"10\"]", "f:1:13: networks[0]: expected a network such as \"192.0.2.0/24\" or an address, found \"10\"")]
    [InlineData("networks = \"192.0.2.0/24\"", "f:1:12: networks: expected a list, each item a network such as \"192.0.2.0/24\" or an address, found a string")]
    [InlineData("by_name = { a = -1 }", "f:1:17: by_name.a: expected a whole number of at least 0, found -1")]
    [InlineData("entry = { }", "f:1:1: entry.domain: missing; expected a domain name")]
    [InlineData("entry = \"example.com\"", "f:1:9: entry: expected a table, found a string")]
    [InlineData("[[entries]]\ndomain = \"a\"\n[[entries]]\nfile = \"x\"", "f:3:3: entries[1].domain: missing; expected a domain name")]
    [InlineData("entry = { domain = \"a.example\", fiel = \"x\" }", "f:1:33: entry.fiel: unknown key; did you mean 'file'?")]
    [InlineData("nmae = 1", "f:1:1: nmae: unknown key; did you mean 'name'?")]
    [InlineData("Name = 1", "f:1:1: Name: unknown key; did you mean 'name'?")]
    [InlineData("not_a_setting = \"x\"", "f:1:1: not_a_setting: unknown key; known are algorithm, body_size, by_name, count, domain, entries, entry, file, flag, folder, large, name, networks, password, port, ratio, secrets, server, time_limit")]
    public void A_value_that_does_not_fit_is_told_with_its_place_and_what_is_allowed(string text, string line) => Assert.Equal(line, SettingsOf.Problems<SampleSettings>(text));

    [Fact]
    public void All_problems_come_at_once_in_the_order_of_the_file() =>
        Assert.Equal(
            """
            f:1:9: count: expected a whole number from 1 to 60, found a string
            f:2:1: nmae: unknown key; did you mean 'name'?
            f:3:18: networks[1]: expected a network such as "192.0.2.0/24" or an address, found a whole number
            f:3:21: networks[2]: expected a network such as "192.0.2.0/24" or an address, found "x"
            """,
            SettingsOf.Problems<SampleSettings>("count = \"3\"\nnmae = 1\nnetworks = [\"::\",1, \"x\"]"));

    [Fact]
    public void The_hosts_keys_in_a_plugins_table_are_neither_unknown_nor_bound()
    {
        var problems = new ProblemList();
        var table = SettingsOf.Table("plugin = \"X\"\nname = \"n\"\nplugni = 1", "f");
        Assert.Null(new SettingsBinder().Bind<SampleSettings>(table, new HashSet<string> { "plugin" }, problems));
        Assert.Equal("f:3:1: plugni: unknown key; did you mean 'plugin'?", problems.ToString());
    }

    [Fact]
    public void A_plugin_may_not_take_a_key_of_the_hosts()
    {
        var problems = new ProblemList();
        Assert.Null(new SettingsBinder().Bind<SampleSettings>(SettingsOf.Table("", "f"), new HashSet<string> { "count" }, problems));
        Assert.Equal("f:1:1: count: the plugin's settings use 'count', which is the host's own key", problems.ToString());
    }

    private sealed record RefusingSettings
    {
        [Setting("Even.")]
        public int Even
        {
            get;
            init => field = value % 2 == 0 ? value : throw new SettingException(null, "must be even");
        }

        [Setting("Breaks.")]
        public int Breaks
        {
            get;
            init => field = value == 0 ? 0 : throw new InvalidOperationException("hunter2");
        }
    }

    private sealed record NeedsAnArgument(int Argument)
    {
        [Setting("Value.")]
        public int Value { get; init; } = Argument;
    }

    [Theory]
    [InlineData("even = 3", "f:1:1: even: must be even")]
    [InlineData("breaks = 3", "f:1:1: breaks: the settings record RefusingSettings cannot be made (InvalidOperationException)")]
    public void An_accessor_that_throws_is_a_problem_and_no_exception(string text, string line) => Assert.Equal(line, SettingsOf.Problems<RefusingSettings>(text));

    [Fact]
    public void A_record_without_a_parameterless_constructor_is_a_problem() =>
        Assert.Equal("f:1:1: the settings record NeedsAnArgument cannot be made (MissingMethodException)", SettingsOf.Problems<NeedsAnArgument>("value = 1"));

    [Fact]
    public async Task Binding_pins_no_types_of_a_plugin_that_unloads()
    {
        var context = BindInItsOwnContext();
        await Collection.AwaitAsync(context);
        Assert.False(context.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference BindInItsOwnContext()
    {
        var context = new AssemblyLoadContext("plugin", isCollectible: true);
        var record = context.LoadFromAssemblyPath(typeof(SampleSettings).Assembly.Location).GetType(typeof(SampleSettings).FullName!)!;
        Assert.NotEqual(typeof(SampleSettings), record);
        var problems = new ProblemList();
        for (var i = 0; i < 5; i++)
            Assert.NotNull(new SettingsBinder().Bind(record, SettingsOf.Table("algorithm = \"rsa_sha256\"\nby_name = { a = 1 }\nentries = [{ domain = \"a.example\" }]"), new HashSet<string>(), problems));
        Assert.NotEmpty(SettingsReference.AsToml(record) + SettingsReference.AsMarkdown(record) + SettingsSchema.Of(record));
        context.Unload();
        return new WeakReference(context);
    }
}
