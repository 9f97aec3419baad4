using System.Globalization;
using FilterHost.Hosting.Generations;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>Plugins that do not come back from a call while a generation is made of them.</summary>
public sealed class StuckPluginTests : IAsyncDisposable
{
    private readonly PluginPlace _place = new();
    private readonly LoadedPlugins _loaded = new();
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Reached => Path.Combine(_place.Folder, "reached");

    private string Stick => string.Create(CultureInfo.InvariantCulture, $"System.IO.File.WriteAllText(\"{Reached}\", \"\"); new System.Threading.ManualResetEvent(false).WaitOne();");

    public async ValueTask DisposeAsync()
    {
        await _loaded.DisposeAsync();
        _place.Dispose();
    }

    [Fact]
    public async Task One_that_loops_in_the_constructor_of_its_plugin_class_is_a_problem_at_its_table_and_others_are_loaded()
    {
        var source = PluginPlace.Settings + $"public sealed class P : FilterPlugin<S> {{ public P() {{ {Stick} }} public override void Configure(IPluginBuilder builder, S settings) {{ }} }}";
        await ExpectProblemAsync(_place.Write("Stuck", source), "plugin {0} cannot be loaded: it did not come back within 60 s");
    }

    [Fact]
    public async Task One_that_loops_in_Configure_is_a_problem_at_its_table()
    {
        await ExpectProblemAsync(_place.Write("Stuck", PluginPlace.Plugin(Stick)), "plugin Stuck failed to configure itself: it did not come back within 60 s");
    }

    [Fact]
    public async Task One_that_loops_in_the_constructor_of_a_lifetime_is_a_problem_at_its_table()
    {
        await ExpectProblemAsync(
            _place.Write("Stuck", PluginPlace.Plugin("builder.AddFilter<F>(); builder.AddLifetime<L>();", $"public sealed class F : MessageFilter {{ }} public sealed class L : IPluginLifetime {{ public L() {{ {Stick} }} }}")),
            "plugin Stuck failed its check: it did not come back within 60 s");
    }

    [Theory]
    [InlineData("public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) { STICK return Verdict.Continue; }")]
    [InlineData("public F() { STICK }")]
    public async Task A_filter_that_takes_the_thread_of_the_message_that_warms_it_up_is_named(string member)
    {
        // A filter without a stage is not made.
        var stage = member.Contains("OnMail", StringComparison.Ordinal) ? "" : "public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => Verdict.Continue;";
        var folder = _place.Write("Stuck", PluginPlace.Plugin("builder.AddFilter<F>();", $"public sealed class F : MessageFilter {{ {stage} {member.Replace("STICK", Stick, StringComparison.Ordinal)} }}"));
        await _loaded.BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n", "[[listener]]\nsocket = \"unix:s\"\nfilters = [\"x\"]\n", _clock);
        Assert.True(_loaded.Generation is not null, string.Join('\n', _loaded.Problems.Ordered()));
        var warming = _loaded.Generation.WarmUpAsync(Cancel);
        await PassAsync(warming);
        var failure = await Assert.ThrowsAsync<PluginStartException>(() => warming);
        Assert.Matches("^x of unix:.*s failed to warm up: it did not come back within 60 s$", failure.Message);
    }

    private async Task ExpectProblemAsync(string folder, string words)
    {
        var good = _place.Write("Good", PluginPlace.Plugin("builder.AddFilter<F>();", "public sealed class F : MessageFilter { }"));
        var building = _loaded.BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n[filter.y]\nplugin = \"{good}\"\n", time: _clock);
        await PassAsync(building);
        await building;
        Assert.Null(_loaded.Generation);
        // Nothing is said of the other one: it was loaded.
        var problem = Assert.Single(_loaded.Problems.Ordered(), problem => problem.Severity is ProblemSeverity.Error).ToString();
        Assert.Matches("filterhost.toml:[0-9]+:", problem);
        Assert.EndsWith(string.Format(CultureInfo.InvariantCulture, words, folder), problem, StringComparison.Ordinal);
    }

    // Past the limit, once the plugin is in it: the time of the other steps is not cut short.
    private async Task PassAsync(Task waiting)
    {
        while (!File.Exists(Reached))
            await Task.Delay(10, Cancel);
        while (!waiting.IsCompleted)
        {
            _clock.Advance(PluginStep.Limit);
            await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), Cancel));
        }
    }
}
