using System.Diagnostics;
using System.Net;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

/// <summary>Look-up and form of lists of hosts. The rows of the theories were tried with OpenDKIM 2.11.0 (PeerList), whose answers they hold, but where a comment says otherwise.</summary>
public sealed class HostListTests
{
    private const string Host = "mail.example.com";

    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    [Theory]
    [InlineData("example.com", false)]
    [InlineData("mail.example.com", true)]
    [InlineData("MAIL.Example.COM", true)]
    [InlineData(".example.com", true)]
    [InlineData(".com", true)]
    [InlineData(".mail.example.com", false)]
    [InlineData("!mail.example.com .example.com", false)]
    [InlineData("!.example.com mail.example.com", true)]
    [InlineData("!.example.com .com", false)]
    [InlineData("mail.example.com !mail.example.com", false)]
    // OpenDKIM never finds a name with a dot at its end.
    [InlineData("mail.example.com.", true)]
    public void A_name_is_looked_up_as_a_whole_and_then_by_its_domains_from_the_longest(string list, bool isFound) => Assert.Equal(isFound, Contains(list, Host, Address));

    [Theory]
    [InlineData("!mail.example.com 192.0.2.0/24", true)]
    [InlineData("!.example.com 0.0.0.0/0", true)]
    [InlineData(".example.com !192.0.2.1", true)]
    public void A_name_comes_before_the_address_and_an_excepted_one_leaves_it_to_the_address(string list, bool isFound) => Assert.Equal(isFound, Contains(list, Host, Address));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("!192.0.2.0/24 192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.0/24 !192.0.2.1", "192.0.2.1", false)]
    [InlineData("192.0.2.0/24 !192.0.2.1", "192.0.2.2", true)]
    [InlineData("192.0.2.1 !192.0.2.1", "192.0.2.1", false)]
    [InlineData("!192.0.2.1 192.0.2.1", "192.0.2.1", false)]
    [InlineData("192.0.2.1/32 !192.0.2.1", "192.0.2.1", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "192.0.2.1", false)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:DB8::1", "2001:db8::1", true)]
    [InlineData("2001:db8::/32 !2001:db8::/64 2001:db8::1", "2001:db8::1", true)]
    [InlineData("2001:db8::/32 !2001:db8::/64 2001:db8::1", "2001:db8::2", false)]
    [InlineData("[192.0.2.0]/24", "192.0.2.1", true)]
    // OpenDKIM compares text and so misses these, though opendkim.conf(5) has them.
    [InlineData("[192.0.2.1]", "192.0.2.1", true)]
    [InlineData("[2001:db8::1]", "2001:db8::1", true)]
    [InlineData("2001:db8:0:0:0:0:0:1", "2001:db8::1", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.1", true)]
    public void An_address_is_looked_up_in_the_smallest_network_first(string list, string address, bool isFound) => Assert.Equal(isFound, Contains(list, null, IPAddress.Parse(address)));

    [Theory]
    [InlineData("192.0.2.1/24", "has bits set beyond its length", "write 192.0.2.0/24 for the network or 192.0.2.1 for the host")]
    [InlineData("!10.0.0.1/8", "\"10.0.0.1/8\"", "write 10.0.0.0/8")]
    [InlineData("2001:db8::1/33", "write 2001:db8::/33 for the network")]
    [InlineData("192.0.2.0/33", "is no network")]
    [InlineData("192.0.2.0/255.255.255.0", "is no network")]
    [InlineData("10/8", "is no network")]
    [InlineData("*.example.com", "write .example.com for all names below example.com")]
    [InlineData("/etc/hosts.list", "is no network")]
    [InlineData("unknown", "every client without a verified name")]
    [InlineData("192.0.2", "is no host")]
    [InlineData("192.0.2.256", "is no host")]
    [InlineData("a b", "is no host")]
    [InlineData("192.0.2.1,192.0.2.2", "is no host")]
    [InlineData("!!192.0.2.1", "is no host")]
    [InlineData("! 192.0.2.1", "is no host")]
    [InlineData("!", "is no host")]
    [InlineData(".", "is no host")]
    [InlineData("", "is no host")]
    [InlineData("file:", "is no host")]
    public void What_OpenDKIM_would_never_match_is_refused_with_its_remedy(string item, params string[] parts)
    {
        var problem = SettingsOf.Problems<HostSettings>($"internal = [\"127.0.0.1\", \"{item}\"]");
        Assert.StartsWith("f:1:26: internal[1]: ", problem, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_has_one_host_on_each_line_and_comments()
    {
        using var folder = new TemporaryFolder();
        folder.Write("hosts", "\uFEFF# ours\n\n 192.0.2.1 # one\r\n\t.example.com\n!192.0.2.2#two\nlast.example.org");
        var settings = SettingsOf.Table("internal = [\"file:hosts\", \"::1\"]", Path.Combine(folder.Path, "f.toml"));
        var problems = new ProblemList();
        var patterns = new SettingsBinder().Bind<HostSettings>(settings, new HashSet<string>(), problems)!.Internal;
        Assert.Equal("", problems.ToString());
        Assert.Equal(["file:hosts", "::1"], patterns.Select(pattern => pattern.ToString()));
        var list = HostList.Of(patterns);
        Assert.Equal([true, true, false, true, true], new (string?, string)[] { (null, "192.0.2.1"), ("a.example.com", "192.0.2.9"), (null, "192.0.2.2"), ("last.example.org", "192.0.2.9"), (null, "::1") }
            .Select(client => list.Contains(client.Item1, IPAddress.Parse(client.Item2))));
    }

    [Fact]
    public void A_wrong_row_of_a_file_is_an_error_at_its_own_line()
    {
        var problems = ProblemsOfFile("192.0.2.1\n\n  10.0.0.1/8\n192.0.2.2 mail.example.com\n*.example.com\n", out var path);
        Assert.Equal(
            [
                $"{path}:3:3: internal[0]: \"10.0.0.1/8\" has bits set beyond its length, and OpenDKIM never matches such an entry; write 10.0.0.0/8 for the network or 10.0.0.1 for the host",
                $"{path}:4:10: internal[0]: warning: only the first word of a line counts, as in OpenDKIM; a comment begins with #",
                $"{path}:5:1: internal[0]: \"*.example.com\" has a wildcard, which OpenDKIM never matches; write .example.com for all names below example.com",
            ],
            problems.Split('\n'));
    }

    [Fact]
    public void A_file_that_is_none_of_hosts_does_not_bury_the_rest()
    {
        var problems = ProblemsOfFile(string.Concat(Enumerable.Repeat("a_b=c\n", 1000)), out _).Split('\n');
        Assert.Equal(21, problems.Length);
        Assert.Contains(problems, problem => problem.Contains("980 more lines of '", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_at_the_setting() =>
        Assert.Matches("^f:1:13: internal\\[0\\]: '.*/gone' cannot be read: there is no such file$", SettingsOf.Problems<HostSettings>("internal = [\"file:gone\"]"));

    [Fact]
    public void A_list_of_200000_rows_is_read_and_looked_up_at_once()
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(0, 200_000).Select(i => (i % 4) switch
        {
            0 => $"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}",
            1 => $"172.{i >> 16 & 15}.{i >> 8 & 255}.0/24",
            2 => $"h{i}.example.com",
            _ => $".d{i}.example.org",
        });
        folder.Write("hosts", string.Join('\n', rows));
        var clock = Stopwatch.StartNew();
        var problems = new ProblemList();
        var bound = new SettingsBinder().Bind<HostSettings>(SettingsOf.Table("internal = [\"file:hosts\"]", Path.Combine(folder.Path, "f.toml")), new HashSet<string>(), problems);
        Assert.Equal("", problems.ToString());
        var list = HostList.Of(bound!.Internal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"read in {clock.Elapsed}");
        clock.Restart();
        for (var i = 0; i < 10_000; i++)
        {
            Assert.False(list.Contains("no.such.host.example.net", Address));
            Assert.True(list.Contains("a.b.d199999.example.org", Address));
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"20000 look-ups in {clock.Elapsed}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.Elapsed.TotalMilliseconds / 20_000 * 1000} µs a look-up");
    }

    [Theory]
    [InlineData("{auth_type}", "{auth_type}", "PLAIN", true)]
    [InlineData("auth_type", "{auth_type}", "PLAIN", true)]
    [InlineData("auth_type", "{auth_type}", null, false)]
    [InlineData("auth_type=PLAIN|LOGIN", "{auth_type}=PLAIN|LOGIN", "LOGIN", true)]
    [InlineData("auth_type=PLAIN|LOGIN", "{auth_type}=PLAIN|LOGIN", "login", false)]
    [InlineData("i=a=b", "i=a=b", "a=b", true)]
    public void A_macro_condition_takes_any_value_or_one_of_those_named(string text, string written, string? value, bool isMet)
    {
        Assert.True(MacroCondition.TryParse(text, out var condition));
        Assert.Equal(written, condition.ToString());
        var macros = new Hosting.Pipeline.MacroTable();
        if (value is not null)
            macros.Set(Milter.MilterCommand.Mail, System.Text.Encoding.ASCII.GetBytes($"{condition.Macro}\0{value}\0"));
        Assert.Equal(isMet, condition.IsMet(macros));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=a")]
    [InlineData("a=")]
    [InlineData("{}")]
    [InlineData("a b")]
    public void What_is_no_macro_condition_is_refused(string text) =>
        Assert.Contains("expected a macro such as", SettingsOf.Problems<HostSettings>($"internal_macros = [\"{text}\"]"), StringComparison.Ordinal);

    private static bool Contains(string list, string? name, IPAddress address) => HostList.Of([.. list.Split(' ').Select(HostPattern.Parse)]).Contains(name, address);

    private static string ProblemsOfFile(string text, out string path)
    {
        using var folder = new TemporaryFolder();
        path = folder.Write("hosts", text);
        var problems = new ProblemList();
        Assert.Null(new SettingsBinder().Bind<HostSettings>(SettingsOf.Table("internal = [\"file:hosts\"]", Path.Combine(folder.Path, "f.toml")), new HashSet<string>(), problems));
        return problems.ToString();
    }
}
