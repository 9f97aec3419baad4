namespace FilterHost.Tests;

public sealed class SettingsMistakeTests
{
    private const string Mistakes =
        """
        authserv_idd = "mx.example.com"
        stop_deadline = 5

        [service.keys]
        plugin = "FileKeyStore"
        [[service.keys.keys]]
        domain = "example.com"
        selector = "s"
        file = "missing.pem"

        [filter.sign]
        plugin = "DkimSign"
        canonicalisation = "relaxed/relaxed"

        [filter.verify]
        plugin = "DkimVerfy"

        [[listener]]
        socket = "inet:8891@0.0.0.0"
        filters = ["sgin", "verify"]

        [[listener]]
        socket = "unix:no/such/folder/s"
        owner = "no-such-user"
        filters = []

        """;

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task All_mistakes_are_said_at_once_each_at_its_line_and_column_and_nothing_listens(string command)
    {
        using var place = new Workplace().With(Mistakes);
        var ended = (await place.RunAsync(command)).Expect(78);
        ended.HasProblem($"{place.Settings}:1:1: authserv_idd: ", "did you mean 'authserv_id'?");
        ended.HasProblem($"{place.Settings}:2:17: stop_deadline: ", "a duration", "found a whole number");
        ended.HasProblem($"{place.Settings}:9:1: service.keys.keys[0].file: ", Path.Combine(place.Folder, "missing.pem"), "does not exist");
        ended.HasProblem($"{place.Settings}:13:1: filter.sign.canonicalisation: ", "did you mean 'canonicalization'?");
        ended.HasProblem($"{place.Settings}:16:1: filter.verify.plugin: ", "did you mean 'DkimVerify'?");
        ended.HasProblem($"{place.Settings}:19:1: listener[0].socket: ", "allow");
        ended.HasProblem($"{place.Settings}:20:12: listener[0].filters[0]: ", "did you mean 'sign'?");
        ended.HasProblem($"{place.Settings}:23:1: listener[1].socket: ", "install -d");
        ended.HasProblem($"{place.Settings}:24:1: listener[1].owner: ", "no-such-user");
        Assert.DoesNotContain("listening on", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(9, ended.ErrorLines.Count(line => !line.Contains("warning: ", StringComparison.Ordinal) && !line.Contains("defect: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_not_TOML_is_refused_at_its_line_and_column()
    {
        using var place = new Workplace().With("log_level = \"debug\"\nauthserv_id = \n" + Samples.Nothing);
        (await place.RunAsync("run")).Expect(78).HasProblem($"{place.Settings}:2:15", "a value is missing");
    }

    [Fact]
    public async Task A_mistake_in_an_included_file_is_said_with_that_file()
    {
        using var place = new Workplace().With("include = [\"conf.d/*.toml\"]\n" + Samples.Nothing);
        var included = place.Write("conf.d/one.toml", "# more\nlog_levl = \"debug\"\n");
        (await place.RunAsync("run")).Expect(78).HasProblem($"conf.d/one.toml:2:1: log_levl: ", "did you mean 'log_level'?");
        File.WriteAllText(included, "[filter\n");
        (await place.RunAsync("run")).Expect(78).HasProblem("conf.d/one.toml:1:");
    }

    [Fact]
    public async Task A_file_that_is_included_and_missing_is_said_where_it_is_named()
    {
        using var place = new Workplace().With("include = [\"more.toml\"]\n" + Samples.Nothing);
        (await place.RunAsync("run")).Expect(78).HasProblem($"{place.Settings}:1:12: include[0]: ", "more.toml", "there is no such file");
    }

    [Fact]
    public async Task Without_a_settings_file_the_places_to_make_one_are_said()
    {
        using var place = new Workplace();
        if (File.Exists("/etc/filterhost/filterhost.toml"))
            Assert.Skip("this machine has settings");
        (await place.RunBareAsync("run")).Expect(78).HasProblem("--config", "/etc/filterhost/filterhost.toml");
        (await place.RunBareAsync("check", "--config", "no.toml")).Expect(78).HasProblem("no.toml", "there is no such file");
    }

    [Fact]
    public async Task A_service_that_is_wrong_itself_gives_no_second_problem_where_it_is_used()
    {
        using var place = new Workplace().With(Samples.Signer("directory = 1"));
        var ended = (await place.RunAsync("run")).Expect(78);
        ended.HasProblem($"{place.Settings}:3:13: service.keys.directory: ", "the path of a folder");
        Assert.Single(ended.ErrorLines);
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("--bogus")]
    [InlineData("run", "more")]
    [InlineData("filter")]
    [InlineData("filter", "--client", "nowhere", "-")]
    [InlineData("keys")]
    [InlineData("keys", "generate", "-s", "x")]
    [InlineData("settings", "NoSuchPlugin")]
    public async Task Wrong_usage_is_64(params string[] arguments)
    {
        using var place = new Workplace().With(Samples.Nothing);
        var ended = (await place.RunAsync(arguments)).Expect(64);
        Assert.StartsWith("filterhost: ", ended.ErrorLines[0], StringComparison.Ordinal);
    }
}
