using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FilterHost.Hosting.Pipeline;
using FilterHost.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>Plugins that load, and what comes of what they do then.</summary>
public sealed class MisbehavingPluginTests : IAsyncDisposable
{
    private const string Configure = "builder.AddFilter<F>(new FilterTraits { EditsFields = [\"X-Test\"] });";

    private readonly PluginPlace _place = new();
    private readonly LoadedPlugins _loaded = new();

    public async ValueTask DisposeAsync()
    {
        await _loaded.DisposeAsync();
        _place.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plugin_for_a_newer_contract_that_uses_nothing_new_works(bool bringsContract)
    {
        var contract = PluginSource.NewerContract();
        var folder = _place.Write("Newer", Filter("message.Edits.Append(\"X-Test\", settings.Text);"), MetadataReference.CreateFromImage(contract));
        if (bringsContract)
            await File.WriteAllBytesAsync(Path.Combine(folder, "FilterHost.Abstractions.dll"), contract, TestContext.Current.CancellationToken);
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\ntext = \"works\"\n");
        Assert.Equal("X-Test: works", Assert.IsType<Edit.AppendField>(Assert.Single((await RunAsync()).Edits)).Field.ToString());
    }

    [Fact]
    public async Task A_plugin_in_two_tables_is_loaded_once_and_keeps_them_apart()
    {
        var folder = _place.Write("Twice", Filter("message.Edits.Append(\"X-Test\", settings.Text + ++Count.Value);", ", Counter Count")
            .Replace(Configure, Configure + " Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Counter>(builder.Services);", StringComparison.Ordinal) + "public sealed class Counter { public int Value; }");
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\ntext = \"one \"\n[filter.y]\nplugin = \"{folder}\"\ntext = \"two \"\n", "x", "y");
        var fields = new List<string>();
        for (var i = 0; i < 2; i++)
            fields.AddRange((await RunAsync()).Edits.OfType<Edit.AppendField>().Select(edit => edit.Field.ToString()));
        Assert.Equal(["X-Test: one 1", "X-Test: two 1", "X-Test: one 2", "X-Test: two 2"], fields);
        Assert.Single(AssemblyLoadContext.All, context => context.Assemblies.Any(assembly => assembly.Location.StartsWith(_loaded.Folder, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_library_that_is_missed_only_when_it_is_used_is_named_at_the_table()
    {
        var folder = _place.Write("Lacks", PluginPlace.Plugin("Library.Call();"), PluginSource.Contract, MissingLibrary());
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n");
        Assert.Null(_loaded.Generation);
        Assert.Contains(_loaded.Problems.Ordered(), problem => problem.ToString().Contains("plugin Lacks failed to configure itself: Could not load file or assembly 'Missing.Library", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("builder.Provide<IOwn, Own>(); builder.Use<IOwn>();", "failed to configure itself: IOwn is no service contract")]
    [InlineData("builder.Services.Add(new Microsoft.Extensions.DependencyInjection.ServiceDescriptor(typeof(IDisposable), typeof(Stream), Microsoft.Extensions.DependencyInjection.ServiceLifetime.Singleton));",
        "has registrations that cannot be built: Cannot instantiate implementation type 'System.IO.Stream'")]
    public async Task Registrations_that_cannot_be_used_are_a_problem_at_their_table(string configure, string words)
    {
        var folder = _place.Write("Registers", PluginPlace.Plugin(Configure + configure, FilterClass("") + "[ServiceContract(\"own\")] public interface IOwn { } public sealed class Own : IOwn { }"));
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n[filter.y]\nplugin = \"{folder}\"\n", "x", "y");
        Assert.Null(_loaded.Generation);
        var problems = _loaded.Problems.Ordered().Select(problem => problem.ToString()).ToArray();
        Assert.Equal(2, problems.Count(problem => problem.Contains($"plugin Registers {words}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_library_that_is_missed_by_a_filter_defers_its_mail()
    {
        var folder = _place.Write("Lacks", Filter("Call(); static void Call() => Library.Call();"), PluginSource.Contract, MissingLibrary());
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n");
        Assert.Equal("451 4.3.0 filter x failed, try again later", (await RunAsync()).Reply.SmtpReply!.ToString());
    }

    [Theory]
    [InlineData("IDisposable", "public void Dispose() => throw new InvalidOperationException();")]
    [InlineData("IAsyncDisposable", "public ValueTask DisposeAsync() => throw new InvalidOperationException();")]
    [InlineData("IAsyncDisposable", "public async ValueTask DisposeAsync() { await Task.Yield(); throw new InvalidOperationException(); }")]
    public async Task A_filter_that_throws_when_it_is_disposed_costs_no_mail(string type, string member)
    {
        var file = Path.Combine(_place.Folder, "disposed");
        var folder = _place.Write("Disposed", Filter("message.Edits.Append(\"X-Test\", settings.Text);", ", Scoped scoped")
            .Replace(": MessageFilter {", $": MessageFilter, {type} {{ {member} public Scoped Scoped => scoped;", StringComparison.Ordinal)
            .Replace(Configure, Configure + " Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddScoped<Scoped>(builder.Services);", StringComparison.Ordinal)
            + "public sealed class Scoped(S settings) : IDisposable { public void Dispose() => File.AppendAllText(settings.Text, \"x\"); }");
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\ntext = \"{file}\"\n");
        for (var i = 0; i < 2; i++)
            Assert.Single((await RunAsync()).Edits);
        // What was made for the message goes with it all the same.
        Assert.Equal("xx", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("IDisposable", "public void Dispose() => throw new InvalidOperationException();")]
    [InlineData("IAsyncDisposable", "public ValueTask DisposeAsync() => throw new InvalidOperationException();")]
    [InlineData("IPluginLifetime", "")]
    [InlineData("IPluginLifetime", "public ValueTask StopAsync(CancellationToken token) => throw new InvalidOperationException();")]
    public async Task A_plugin_that_throws_when_it_is_stopped_is_unloaded_all_the_same(string type, string member)
    {
        var folder = _place.Write("Stopped", PluginPlace.Plugin($"{Configure} builder.AddLifetime<L>();", FilterClass("")
            + $"public sealed class L : {(type == "IPluginLifetime" ? type : $"IPluginLifetime, {type}")} {{ {member} }}"));
        var context = await UseAsync(folder);
        await Collection.AwaitAsync(context);
        Assert.False(context.IsAlive);
    }

    [Fact]
    public async Task The_periodic_work_of_a_suspended_plugin_ends()
    {
        var clock = new FakeTimeProvider();
        var folder = _place.Write("Periodic", PluginPlace.Plugin($"{Configure} builder.AddLifetime<L>();", FilterClass("")
            + "public sealed class L(S settings) : IPluginLifetime { public TimeSpan? Period => TimeSpan.FromSeconds(1); public ValueTask RunPeriodicallyAsync(CancellationToken token) { File.AppendAllText(settings.Text, \"x\"); return default; } }"));
        var file = Path.Combine(_place.Folder, "runs");
        await _loaded.BuildAsync($"[filter.x]\nplugin = \"{folder}\"\ntext = \"{file}\"\n", time: clock);
        while (!File.Exists(file))
            await PassAsync(clock);
        Assert.True(_loaded.Generation!.Suspend("Periodic"));
        Assert.False(_loaded.Generation.Suspend("Periodic"));
        var length = new FileInfo(file).Length;
        for (var i = 0; i < 50; i++)
            await PassAsync(clock);
        // What began before may still end.
        Assert.InRange(new FileInfo(file).Length, length, length + 1);

        static Task PassAsync(FakeTimeProvider clock)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("public Uri? Address { get; init; }", "S.Address is of type System.Uri")]
    [InlineData("public List<string> Names { get; init; } = [];", "S.Names is of type System.Collections.Generic.List`1[System.String]")]
    [InlineData("public IReadOnlyDictionary<int, string>? Map { get; init; }", "S.Map is of type")]
    [InlineData("public object? Any { get; init; }", "S.Any is of type System.Object")]
    [InlineData("public IReadOnlyList<Inner> Inside { get; init; } = [];", "Inner.Value is of type System.Version")]
    public void A_setting_that_no_file_can_give_is_refused_at_load(string property, string words)
    {
        var source = $"using FilterHost; public sealed record S {{ [Setting(\"x\")] {property} }}\n"
            + "public sealed record Inner { [Setting(\"x\")] public Version? Value { get; init; } [Setting(\"x\")] public Inner? Self { get; init; } }\n"
            + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) { } }";
        var problem = _place.ProblemOf(_place.Write("Unusual", source));
        Assert.StartsWith("plugin Unusual has a setting that no file can give: ", problem, StringComparison.Ordinal);
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_throws_when_it_is_first_used_is_a_problem_with_its_words()
    {
        var folder = _place.Write("Module", PluginPlace.Plugin("", "public static class M { [System.Runtime.CompilerServices.ModuleInitializer] public static void Init() => throw new InvalidOperationException(\"no luck\"); }"));
        Assert.Contains("no luck", _place.ProblemOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_misspelt_is_told_the_nearest()
    {
        await _loaded.BuildAsync("[service.x]\nplugin = \"FileKeystor\"\n");
        Assert.Contains(_loaded.Problems.Ordered(), problem => problem.ToString().Contains("there is no plugin 'FileKeystor'", StringComparison.Ordinal) && problem.ToString().EndsWith("did you mean 'FileKeyStore'?", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_without_the_assembly_of_its_name_is_told_what_is_missing()
    {
        var folder = Path.Combine(_place.Folder, "Renamed");
        Directory.Move(_place.Write("Original", PluginPlace.Plugin("")), folder);
        Assert.Equal($"plugin Renamed has no {folder}/Renamed.dll: a plugin's folder has the name of its assembly", _place.ProblemOf(folder));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> UseAsync(string folder)
    {
        await BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n");
        await RunAsync();
        var context = Context();
        await _loaded.UnloadAsync();
        return context;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Context() =>
        new(Assert.Single(AssemblyLoadContext.All, context => context.Assemblies.Any(assembly => assembly.Location.StartsWith(_loaded.Folder, StringComparison.Ordinal))));

    private static string Filter(string statements, string parameter = "") => PluginPlace.Plugin(Configure, FilterClass(statements, parameter));

    private static string FilterClass(string statements, string parameter = "") =>
        $"public sealed class F(S settings{parameter}) : MessageFilter {{ public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) {{ {statements} _ = settings; return Verdict.Continue; }} }}\n";

    private static PortableExecutableReference MissingLibrary() =>
        MetadataReference.CreateFromImage(PluginSource.Compile("Missing.Library", "public static class Library { public static void Call() { } }"));

    private async Task BuildAsync(string tables, params string[] filters)
    {
        var names = string.Join(", ", (filters.Length == 0 ? ["x"] : filters).Select(filter => $"\"{filter}\""));
        await _loaded.BuildAsync(tables, $"[[listener]]\nsocket = \"unix:s\"\nfilters = [{names}]\n");
    }

    private async Task<MessageOutput> RunAsync()
    {
        Assert.True(_loaded.Generation is not null, string.Join('\n', _loaded.Problems.Ordered()));
        var listener = _loaded.Generation.Listeners[0];
        return await InMemoryRun.RunAsync(listener.Pipeline, new MessageInput { Message = "From: a@example.com\r\n\r\nx\r\n"u8.ToArray() }, NullLogger.Instance, TimeProvider.System);
    }
}
