using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

public sealed class SettingsSyntaxTests
{
    private const string Sample = """
        a = "x"
        b.c."d.e" = 0o660
        [service.keys]
        keys = [{ file = "1" },
          { file = "2" }]
        [[listener]]
        s = 1
        [[listener]]
          s = 2
        [listener.sub]
        q = 1
        """;

    [Theory]
    [InlineData("a", "f:1:1: a")]
    [InlineData("b", "f:2:1: b")]
    [InlineData("b.c", "f:2:3: b.c")]
    [InlineData("b.c.\"d.e\"", "f:2:5: b.c.\"d.e\"")]
    [InlineData("service.keys", "f:3:10: service.keys")]
    [InlineData("service.keys.keys[0]", "f:4:9: service.keys.keys[0]")]
    [InlineData("service.keys.keys[1].file", "f:5:5: service.keys.keys[1].file")]
    [InlineData("listener[1].s", "f:9:3: listener[1].s")]
    [InlineData("listener[1].sub.q", "f:11:1: listener[1].sub.q")]
    public void Locate_gives_the_place_of_a_key(string path, string place) => Assert.Equal(place, SettingsOf.Table(Sample, "f").Locate(path).ToString());

    [Theory]
    [InlineData("service.keys.directory", "f:3:10: service.keys.directory")]
    [InlineData("service.keys.keys[2].file", "f:4:1: service.keys.keys[2].file")]
    [InlineData("service.keys.keys[0].selector", "f:4:9: service.keys.keys[0].selector")]
    [InlineData("nothing.here[0]", "f:1:1: nothing.here[0]")]
    [InlineData("a.b", "f:1:1: a.b")]
    [InlineData("a..b[", "f:1:1: a..b[")]
    [InlineData("\"", "f:1:1: \"")]
    [InlineData(".", "f:1:1")]
    public void Locate_gives_the_nearest_parents_place_for_a_key_that_is_not_there(string path, string place) =>
        Assert.StartsWith(place, SettingsOf.Table(Sample, "f").Locate(path).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Locate_counts_from_the_table_it_is_asked_of()
    {
        var table = SettingsOf.Table(Sample, "f").Table("service")!.Table("keys")!;
        Assert.Equal("f:5:5: service.keys.keys[1].file", table.Locate("keys[1].file").ToString());
        Assert.Equal("f:3:10: service.keys.x", table.Locate("x").ToString());
        Assert.Equal("f:3:10: service.keys", table.Locate(null).ToString());
    }

    [Theory]
    [InlineData("a = \nb = 1", "f:1:5: a value is missing")]
    [InlineData("a = 1\na = 2", "f:2:1: the key 'a' is already set at line 1")]
    [InlineData("[t]\nx=1\n[t]\n", "f:3:1: the key 't' is already set at line 1")]
    [InlineData("[[t]]\n[t]\n", "f:2:1: the key 't' is already set at line 1")]
    [InlineData("x = {a=1,a=2}", "f:1:10: the key 'x.a' is already set at line 1")]
    [InlineData("a = 99999999999999999999", "f:1:5: this is not a number that TOML has")]
    [InlineData("a = \"\\q\"", "f:1:7: unknown escape in a string; a backslash is written \\\\, or the string in single quotes")]
    [InlineData("a = \"x\nb = 1", "f:1:7: the string is not closed on its line")]
    public void A_syntax_error_is_told_with_its_place(string text, string line) => Assert.Equal(line, Problems(text).Split('\n')[0]);

    [Fact]
    public void Syntax_errors_come_all_at_once() =>
        Assert.Equal(["f:1:5", "f:2:5"], Problems("a = \nb = \nc = 1").Split('\n').Select(line => line[..5]));

    [Theory]
    [InlineData("password = hunter2")]
    [InlineData("password = \"hunter2")]
    [InlineData("password = \"\\qhunter2\"")]
    [InlineData("password = 'hunter2'x")]
    [InlineData("password = \"hunter2\"\npassword = \"hunter2\"")]
    [InlineData("[a]\npassword = \"hunter2\"\n[a]\npassword = \"hunter2\"")]
    [InlineData("password = \"a\" hunter2")]
    [InlineData("password = [hunter2]")]
    [InlineData("password = [\"hunter2\"")]
    [InlineData("password = {file = hunter2}")]
    [InlineData("password = 1hunter2")]
    [InlineData("password = `hunter2` hunter2")]
    [InlineData("password: hunter2")]
    [InlineData("password = 0xhunter2")]
    [InlineData("password = {file = \"x\" hunter2}")]
    [InlineData("password = [1 hunter2]")]
    [InlineData("password = 1979-05-27hunter2")]
    [InlineData("[password hunter2]")]
    [InlineData("password hunter2 = 1")]
    [InlineData("password = \"\"\"hunter2")]
    public void A_syntax_error_never_quotes_a_value(string text)
    {
        var problems = Problems(text);
        Assert.NotEqual("", problems);
        Assert.DoesNotContain("hunter", problems, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Deep_nesting_is_refused_before_the_stack_ends(char open, char close) =>
        Assert.Equal("f:1:1: brackets are nested deeper than 100", Problems("a = " + new string(open, 200_000) + new string(close, 200_000)));

    [Fact]
    public void Very_long_dotted_keys_are_refused_before_the_stack_ends() =>
        Assert.StartsWith("f:1:1: ", Problems(string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1"), StringComparison.Ordinal);

    private static string Problems(string text)
    {
        var problems = new ProblemList();
        Assert.Null(SettingsSyntax.Parse(text, "f", problems));
        return problems.ToString();
    }
}
