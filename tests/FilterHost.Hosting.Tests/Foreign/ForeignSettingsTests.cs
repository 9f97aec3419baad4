using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Hosting.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>A foreign member in the settings file.</summary>
public sealed class ForeignSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhfs");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_milter_that_does_not_answer_is_a_warning_and_its_path_is_beside_the_file()
    {
        var problem = Assert.Single(await ProblemsAsync("socket = \"unix:run/s\"", "\"foreign\""));
        Assert.Contains($"filter.foreign.socket: warning: the milter at unix:{_folder.FullName}/run/s does not answer (cannot connect to", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_milter_that_answers_and_wants_no_more_than_it_may_is_well()
    {
        await using var milter = new ScriptedMilter(actions: 0x11);
        Assert.Empty(await ProblemsAsync($"socket = \"{milter.Socket}\"\nedits_body = false\nedits_envelope = false\nquarantines = false", "\"foreign\""));
    }

    [Theory]
    [InlineData(0x01u, "edits_fields = []", "edits_fields", "to add header fields")]
    [InlineData(0x10u, "edits_fields = []\npublishes = [\"dkim\"]", "edits_fields", "to change header fields")]
    [InlineData(0x02u, "edits_body = false", "edits_body", "to replace the body")]
    [InlineData(0x04u, "edits_envelope = false", "edits_envelope", "to add recipients")]
    [InlineData(0x08u, "edits_envelope = false", "edits_envelope", "to remove recipients")]
    [InlineData(0x40u, "edits_envelope = false", "edits_envelope", "to change the sender")]
    [InlineData(0x20u, "quarantines = false", "quarantines", "to hold messages")]
    public async Task A_milter_that_wants_more_than_it_may_is_a_warning_that_names_it(uint action, string settings, string key, string what)
    {
        await using var milter = new ScriptedMilter(actions: action);
        var problem = Assert.Single(await ProblemsAsync($"socket = \"{milter.Socket}\"\n{settings}", "\"foreign\""));
        Assert.Contains($"filter.foreign.{key}: warning: the milter at {milter.Socket} wants {what}, which {key} does not allow", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socket = \"opendkim.sock\"", "filter.foreign.socket: expected a socket such as")]
    [InlineData("socket = \"inet:0@localhost\"", "filter.foreign.socket: port 0 is no port to connect to")]
    [InlineData("", "filter.foreign.socket: missing; expected a socket such as")]
    [InlineData("socket = \"inet:1@localhost\"\nedits_fields = [\"a:b\"]", "filter.foreign.edits_fields: 'a:b' is no name of a header field")]
    [InlineData("socket = \"inet:1@localhost\"\ncommand_timeout = \"1h\"", "filter.foreign.command_timeout: expected a duration")]
    [InlineData("socket = \"inet:1@localhost\"\nneeds = [\"spf\"]", "filter foreign needs the results of spf, and no filter before it publishes them")]
    public async Task A_mistake_stops_the_start_at_its_key(string settings, string problem) =>
        Assert.Contains(await ProblemsAsync(settings, "\"foreign\""), found => found.Contains(problem, StringComparison.Ordinal) && !found.Contains("warning", StringComparison.Ordinal));

    [Theory]
    [InlineData("From", true)]
    [InlineData("*", true)]
    [InlineData("X-Spam", false)]
    public async Task Behind_a_signer_a_milter_that_may_edit_signed_fields_is_refused(string field, bool isRefused)
    {
        await using var milter = new ScriptedMilter();
        await using var pipeline = new ForeignPipeline()
            .Add("sign", new ScriptedFilter.Script { Traits = new FilterTraits { SignsFields = ["From"] } })
            .Add(milter, settings => settings with { EditsFields = [field], EditsBody = false });
        Assert.Equal(isRefused, OrderCheck.Errors(pipeline.Build().Members, _ => false).Any());
    }

    [Fact]
    public void A_folder_of_the_same_name_never_takes_its_place()
    {
        _folder.CreateSubdirectory("plugins").CreateSubdirectory("Milter");
        var catalog = new PluginCatalog([new DirectoryInfo(Path.Combine(_folder.FullName, "plugins"))], _folder, NullLogger.Instance);
        Assert.Equal(["Milter"], catalog.Names());
        var code = catalog.Load("Milter", "/", out _)!;
        Assert.Equal((null, typeof(Hosting.Foreign.MilterSettings)), (code.Folder, code.SettingsType));
        code.Release();
        Assert.NotNull(catalog.Load("Milter", "/", out _));
    }

    [Fact]
    public void Macros_that_it_asks_for_come_beside_those_that_the_MTA_sends_by_itself()
    {
        var macros = new Hosting.Foreign.MilterMacros { Mail = ["{client_ptr}"] };
        var script = new ScriptedFilter.Script { Traits = new FilterTraits { Macros = macros.ToRequests() } };
        var lists = PipelineNegotiation.For(PipelineUnderTest.Of(("foreign", script, OnError.Tempfail))).MacroLists;
        Assert.Equal(["i", "{auth_type}", "{auth_authen}", "{auth_ssf}", "{auth_author}", "{mail_mailer}", "{mail_host}", "{mail_addr}", "{client_ptr}"], Assert.Single(lists).Names);
    }

    [Fact]
    public async Task The_synthetic_message_of_the_start_does_not_reach_it()
    {
        await using var milter = new ScriptedMilter();
        var problems = new ProblemList();
        await using var generation = await BuildAsync($"socket = \"{milter.Socket}\"", "\"foreign\"", problems);
        await generation!.WarmUpAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("M", milter.Commands, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(string settings, string filters)
    {
        var problems = new ProblemList();
        if (await BuildAsync(settings, filters, problems) is { } generation)
            await generation.DisposeAsync();
        return [.. problems.Ordered().Select(problem => problem.ToString())];
    }

    private async Task<Generation?> BuildAsync(string settings, string filters, ProblemList problems)
    {
        var path = Path.Combine(_folder.FullName, "filterhost.toml");
        await File.WriteAllTextAsync(path, $"""
            state_directory = "state"
            temp_directory = "."
            plugin_directories = []
            [filter.foreign]
            plugin = "Milter"
            {settings}
            [[listener]]
            socket = "inet:8891@localhost"
            filters = [{filters}]
            """, TestContext.Current.CancellationToken);
        if (SettingsFile.Load(path, problems) is not { } loaded)
            return null;
        var catalog = new PluginCatalog(loaded.Host.PluginDirectories, loaded.Host.StateDirectory, NullLogger.Instance);
        return await new GenerationBuilder(loaded, catalog, problems, NullLoggerFactory.Instance, TimeProvider.System).BuildAsync(TestContext.Current.CancellationToken);
    }
}
