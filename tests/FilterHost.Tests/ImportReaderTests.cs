using System.Text;
using System.Text.RegularExpressions;

namespace FilterHost.Tests;

/// <summary>A configuration file is read as the daemon on this machine reads it.</summary>
public sealed partial class ImportReaderTests
{
    private const string Whole = "Mode v\nSocket inet:9999@localhost\n";

    public static TheoryData<string> Files { get; } =
    [
        "",
        "# nothing\n\n   \n\t# more\n",
        "FooBar 1\n",
        "  foobar\t1\n",
        "AlwaysAddARHeader",
        "AlwaysAddARHeader   # yes\n",
        "AlwaysAddARHeader maybe\n",
        "AlwaysAddARHeader on\n",
        "AlwaysAddARHeader off\n",
        "AlwaysAddARHeader Yfoo\n",
        "AlwaysAddARHeader 10\n",
        "AlwaysAddARHeader nonsense\n",
        "ClockDrift 5x\n",
        "ClockDrift 5 6\n",
        "ClockDrift 08\n",
        "ClockDrift 0x10\n",
        "ClockDrift 010\n",
        "ClockDrift abc\n",
        "ClockDrift +5\n",
        "ClockDrift 7 # seconds\n",
        "clockdrift\t \t7\r\n",
        "CLOCKDRIFT 7\r\nClockDrift 8\r\n",
        "AuthservID\vx\n",
        "\uFEFFAuthservID x\n",
        "= x\n",
        "Include none.conf\n",
        "Include bad.conf\n",
        "Include good.conf\nAuthservID after\n",
        "Include sub/relative.conf\n",
        "Include deep5.conf\n",
        "Include deep6.conf\n",
        "Mode q\n",
        "Canonicalization foo/bar\n",
        "Canonicalization relaxed/simple/relaxed\n",
        "InternalHosts /none\n",
        "InternalHosts foo:bar\n",
        "InternalHosts ::1\n",
        "InternalHosts 127.0.0.1,::1\n",
        "UnprotectedKey perhaps\n",
        "Domain example.com\nMode s\n",
        "Mode s\nSigningTable csl:a=b\n",
        "Mode s\nKeyTable csl:a=b:c:/d\n",
        "MaximumHeaders 0\nMinimumKeyBits 0\n",
        "X-Header yes\nDomainKeysCompat yes\n",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_refused_where_the_daemon_refuses_it_and_at_the_same_line(string lines)
    {
        using var place = new Workplace();
        WriteIncluded(place);
        var file = place.Write("opendkim.conf", lines.StartsWith('\uFEFF') ? lines + Whole : Whole + lines);
        var (code, errors) = await ImportedDaemon.CheckAsync("opendkim", "opendkim.conf", place.Folder);
        var ours = (await place.RunBareAsync("import", "opendkim", "--", "-n", "-x", file)).Expect(code);
        if (Place().Match(errors) is { Success: true } at && at.Groups["line"].Value != "0")
            ours.HasProblem($"{Path.Combine(place.Folder, Path.GetFileName(at.Groups["file"].Value))}:{at.Groups["line"].Value}:");
    }

    [Theory]
    [InlineData("AuthservID a b  c   \n")]
    [InlineData("AuthservID a#b\n")]
    [InlineData("AuthservID \"a b\"\n")]
    [InlineData("AuthservID = x\n")]
    [InlineData("AuthservID one\nAuthservID two\n")]
    [InlineData("AuthservID before\nInclude good.conf\n")]
    [InlineData("Include good.conf\nauthservid after\n")]
    [InlineData("Include deep5.conf\n")]
    [InlineData("AuthservID without.an.end")]
    [InlineData("\tAuthservID\tx\r\n")]
    public async Task The_value_that_counts_is_the_daemons(string lines)
    {
        using var place = new Workplace();
        WriteIncluded(place);
        var file = place.Write("opendkim.conf", Whole + lines);
        var value = (await ImportedDaemon.ValuesAsync(file, "AuthservID", place.Folder))[0];
        var settings = (await place.RunBareAsync("import", "opendkim", file)).Expect(0).Output;
        Assert.Contains($"\nauthserv_id = \"{value.Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n", settings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_error_in_5000_lines_is_found_and_the_rest_is_carried_over()
    {
        var text = new StringBuilder("Mode v\nSocket inet:9999@localhost\n");
        for (var line = 3; line <= 5000; line++)
            text.Append(line == 3456 ? "MaximumHeaderz 70000\n" : line % 2 == 0 ? "# a comment\n" : $"AuthservID mx{line}.example\n");
        using var place = new Workplace();
        var file = place.Write("opendkim.conf", text.ToString());
        var ended = (await place.RunBareAsync("import", "opendkim", file, "--user", Environment.UserName)).Expect(78);
        Assert.Equal($"filterhost: {file}:3456:1: MaximumHeaderz: OpenDKIM has no such option; did you mean 'MaximumHeaders'?", Assert.Single(ended.ErrorLines));
        Assert.Contains("\nauthserv_id = \"mx4999.example\"\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_error_in_each_table_of_200000_rows_is_found_and_the_rest_is_carried_over()
    {
        using var place = new Workplace();
        var key = place.Write("example.private", "no key; the import does not read it\n");
        place.Write("KeyTable", Rows(200_000, 123_456, i => $"key{i} d{i}.example:sel:{key}", "key123456 d123456.example:sel"));
        place.Write("SigningTable", Rows(200_000, 77_777, i => $"*@d{i}.example key{i}", "*@d77777.example nokey"));
        var file = place.Write("opendkim.conf", $"Socket inet:9999@localhost\nKeyTable {place.Folder}/KeyTable\nSigningTable refile:{place.Folder}/SigningTable\n");
        var ended = (await place.RunBareAsync("import", "opendkim", file, "--user", Environment.UserName)).Expect(0);
        Assert.Equal(2, ended.ErrorLines.Length);
        ended.HasProblem($"{place.Folder}/KeyTable:123456:1: warning: the key 'key123456' is not domain:selector:key");
        ended.HasProblem($"{place.Folder}/SigningTable:77777:1: warning: '*@d77777.example' names the key 'nokey', which the KeyTable lacks");
        Assert.Contains($"\nkey_table = \"file:{place.Folder}/KeyTable\"\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"\nsigning_table = \"refile:{place.Folder}/SigningTable\"\n", ended.Output, StringComparison.Ordinal);
    }

    private static string Rows(int count, int bad, Func<int, string> row, string badRow)
    {
        var text = new StringBuilder();
        for (var i = 1; i <= count; i++)
            text.Append(i == bad ? badRow : row(i)).Append('\n');
        return text.ToString();
    }

    private static void WriteIncluded(Workplace place)
    {
        place.Write("good.conf", "AuthservID included\n");
        place.Write("bad.conf", "# here\n\nFooBar 1\n");
        place.Write("sub/relative.conf", "Include good.conf\n");
        for (var depth = 6; depth > 1; depth--)
            place.Write($"deep{depth}.conf", $"AuthservID depth{depth}\nInclude deep{depth - 1}.conf\n");
        place.Write("deep1.conf", "AuthservID deepest\n");
    }

    [GeneratedRegex(@"^opendkim: (?<file>\S+): configuration error at line (?<line>\d+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
