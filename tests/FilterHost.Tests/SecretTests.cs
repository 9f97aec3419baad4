namespace FilterHost.Tests;

public sealed class SecretTests
{
    private const string Value = "correct horse battery staple";

    public static TheoryData<string> Sources => ["{ file = \"secret.txt\" }", "{ env = \"FILTERHOST_TEST_SECRET\" }", "{ credential = \"keeper\" }"];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_secret_reaches_the_filter_and_is_printed_nowhere(string source)
    {
        using var place = WithSecret(source);
        place.Write("secret.txt", Value + "\n");
        place.Write("credentials/keeper", Value);
        place.Environment["FILTERHOST_TEST_SECRET"] = Value;
        place.Environment["CREDENTIALS_DIRECTORY"] = Path.Combine(place.Folder, "credentials");
        var message = place.Write("m.eml", Samples.Message);
        var filtered = (await place.RunAsync("filter", message)).Expect(0);
        Assert.Contains($"X-Secret-Length: {Value.Length}", filtered.Output, StringComparison.Ordinal);
        // The filter did log it.
        Assert.Contains("the secret is ***", filtered.Errors, StringComparison.Ordinal);
        string[][] commands = [["filter", "--json", message], ["check"], ["check", "--json"], ["settings", Plugin], ["settings", Plugin, "--json"], ["settings", Plugin, "--markdown"], ["postfix"]];
        foreach (var command in commands)
            filtered = filtered with { Output = filtered.Output + (await place.RunAsync(command)).Expect(0) };
        Assert.DoesNotContain(Value, filtered.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_file_that_others_can_read_is_refused_with_mode_and_remedy()
    {
        using var place = WithSecret("{ file = \"secret.txt\" }");
        var path = place.Write("secret.txt", Value);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var ended = (await place.RunAsync("run")).Expect(78);
        ended.HasProblem($"{place.Settings}:3:19: filter.keeper.secret.file: ", path, "mode 0444", "chmod o=");
        Assert.DoesNotContain(Value, ended.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ file = \"secret.txt\" }", "secret.txt", "there is no such file")]
    [InlineData("{ env = \"FILTERHOST_TEST_SECRET\" }", "FILTERHOST_TEST_SECRET", "is not set")]
    [InlineData("{ credential = \"keeper\" }", "$CREDENTIALS_DIRECTORY", "LoadCredential=")]
    public async Task A_secret_that_is_not_there_stops_the_start(string source, params string[] parts)
    {
        using var place = WithSecret(source);
        (await place.RunAsync("run")).Expect(78).HasProblem([$"{place.Settings}:3:", .. parts]);
    }

    [Theory]
    [InlineData("\"correct horse battery staple\"")]
    [InlineData("\"correct horse battery staple")]
    [InlineData("{ text = \"correct horse battery staple\" }")]
    [InlineData("[\"correct horse battery staple\"]")]
    public async Task A_secret_that_stands_in_the_file_is_refused_and_not_repeated(string text)
    {
        using var place = WithSecret(text);
        foreach (var arguments in new string[][] { ["run"], ["check", "--json"] })
        {
            var ended = (await place.RunAsync(arguments)).Expect(78);
            Assert.Contains(":3:", ended.Errors + ended.Output.Replace("\"line\": 3,", ":3:", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain(Value, ended.ToString(), StringComparison.Ordinal);
        }
    }

    private static string Plugin => Path.Combine(Workplace.TestPlugins, "SecretKeeper");

    private static Workplace WithSecret(string source) => new Workplace().With(
        $"""
        [filter.keeper]
        plugin = "{Plugin}"
        secret = {source}

        [[listener]]
        socket = "inet:8891@localhost"
        filters = ["keeper"]

        """);
}
