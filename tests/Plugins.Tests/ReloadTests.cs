using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>What the next generation takes over from the one before, and what it makes anew.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly PluginPlace _place = new();
    private readonly string _counting;
    private readonly string _using;
    private readonly string _providing;
    private PluginCatalog? _catalog;
    private Generation? _present;
    private ProblemList _problems = new();

    public ReloadTests()
    {
        _counting = _place.Write("Counting", Filter("message.Edits.Append(\"X-Test\", settings.Text + ++Count.Value);", ", Counter Count", "builder.AddFilter<F>(new FilterTraits { EditsFields = [\"X-Test\"] });"));
        _using = _place.Write("Using", Filter(
            "_ = store; message.Edits.Append(\"X-Test\", settings.Text + ++Count.Value);", ", Counter Count, FilterHost.Keys.ISigningKeyStore store",
            "builder.Use<FilterHost.Keys.ISigningKeyStore>(); builder.AddFilter<F>(new FilterTraits { EditsFields = [\"X-Test\"] });"));
        _providing = _place.Write("Providing", PluginPlace.Plugin(
            "builder.Provide<FilterHost.Keys.ISigningKeyStore, Store>(); builder.AddLifetime<Life>();",
            """
            public sealed class Store : FilterHost.Keys.ISigningKeyStore
            {
                public ValueTask<FilterHost.Keys.SigningKeys> FindKeysAsync(FilterHost.Keys.SigningQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();
                public ValueTask<FilterHost.Keys.SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => throw new NotSupportedException();
            }
            public sealed class Life(S settings) : IPluginLifetime
            {
                public ValueTask StartAsync(CancellationToken cancellationToken) => settings.Text == "cannot start" ? throw new InvalidOperationException("no start") : default;
                public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
                {
                    if (settings.Text == "bad")
                        report.Add(ProblemSeverity.Error, "it is bad", "text");
                    return default;
                }
                public ValueTask<bool> IsStaleAsync(CancellationToken cancellationToken) => settings.Text == "cannot tell" ? throw new InvalidOperationException("?") : ValueTask.FromResult(settings.Text == "stale");
            }
            """));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_present is not null)
            await _present.DisposeAsync();
        _place.Dispose();
    }

    [Fact]
    public async Task An_instance_whose_table_has_not_changed_lives_on_with_what_it_keeps()
    {
        await ReloadAsync(Tables(("x", _counting, "x "), ("y", _counting, "y ")));
        Assert.Equal(["x 1", "y 1"], await FieldsAsync());
        Assert.Equal(["filter.y: renewed, text changed"], await ReloadAsync(Tables(("x", _counting, "x "), ("y", _counting, "z "))));
        Assert.Equal(["x 2", "z 1"], await FieldsAsync());
        Assert.Equal(["filter.n: new", "filter.y: gone"], await ReloadAsync(Tables(("x", _counting, "x "), ("n", _counting, "n "))));
        Assert.Equal(["x 3", "n 1"], await FieldsAsync());
        // Comments and order are no change.
        Assert.Equal([], await ReloadAsync("# a comment\n\n" + Tables(("n", _counting, "n "), ("x", _counting, "x "))));
        Assert.Equal(["n 2", "x 4"], await FieldsAsync());
    }

    [Fact]
    public async Task The_hosts_own_keys_of_a_table_are_part_of_it()
    {
        await ReloadAsync(Tables(("x", _counting, "x ")));
        Assert.Equal(["x 1"], await FieldsAsync());
        Assert.Equal(["filter.x: renewed, on_error, time_limit changed"], await ReloadAsync(Tables(("x", _counting, "x ")).Replace("text =", "on_error = \"reject\"\ntime_limit = \"5s\"\ntext =", StringComparison.Ordinal)));
        Assert.Equal(["x 1"], await FieldsAsync());
    }

    [Fact]
    public async Task An_instance_that_uses_a_service_that_is_renewed_is_renewed_with_it()
    {
        await ReloadAsync(Service("one") + Tables(("u", _using, "u "), ("x", _counting, "x ")));
        Assert.Equal(["u 1", "x 1"], await FieldsAsync());
        Assert.Equal([], await ReloadAsync(Service("one") + Tables(("u", _using, "u "), ("x", _counting, "x "))));
        Assert.Equal(["u 2", "x 2"], await FieldsAsync());
        Assert.Equal(["service.s: renewed, text changed", "filter.u: renewed, since it uses service.s"], await ReloadAsync(Service("two") + Tables(("u", _using, "u "), ("x", _counting, "x "))));
        Assert.Equal(["u 1", "x 3"], await FieldsAsync());
    }

    [Theory]
    [InlineData("stale")]
    [InlineData("cannot tell")]
    public async Task An_instance_that_says_that_what_it_had_read_has_changed_is_renewed(string text)
    {
        await ReloadAsync(Service(text));
        Assert.Equal(["service.s: renewed, what it had read changed"], await ReloadAsync(Service(text)));
    }

    [Theory]
    [InlineData("bad", "it is bad")]
    [InlineData("cannot start", "s (plugin Providing) failed to start: no start")]
    public async Task A_candidate_with_an_error_leaves_everything_as_it_was(string text, string problem)
    {
        var tables = Tables(("u", _using, "u "), ("x", _counting, "x "));
        await ReloadAsync(Service("one") + tables);
        Assert.Equal(["u 1", "x 1"], await FieldsAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await ReloadAsync(Service(text) + tables));
            Assert.Contains(problem, Assert.Single(_problems.Ordered()).ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(["u 2", "x 2"], await FieldsAsync());
        Assert.Equal([], await ReloadAsync(Service("one") + tables));
        Assert.Equal(["u 3", "x 3"], await FieldsAsync());
    }

    [Fact]
    public async Task A_plugin_that_was_suspended_begins_anew()
    {
        await ReloadAsync(Tables(("x", _counting, "x ")));
        _present!.Suspend("Counting");
        Assert.Equal(["filter.x: renewed, it was suspended"], await ReloadAsync(Tables(("x", _counting, "x "))));
        Assert.Equal(["x 1"], await FieldsAsync());
    }

    [Fact]
    public async Task A_file_that_is_a_setting_and_has_changed_renews_the_instance()
    {
        var file = Path.Combine(_place.Folder, "zone");
        await File.WriteAllTextAsync(file, "example.com. IN TXT \"one\"\n", Cancel);
        var tables = $"[service.zone]\nplugin = \"{LoadedPlugins.PluginFolder}/ZoneFileResolver\"\nfile = \"{file}\"\n";
        await ReloadAsync(tables);
        Assert.Equal([], await ReloadAsync(tables));
        await File.WriteAllTextAsync(file, "example.com. IN TXT \"another\"\n", Cancel);
        Assert.Equal(["service.zone: renewed, file changed"], await ReloadAsync(tables));
        Assert.Equal([], await ReloadAsync(tables));
    }

    [Fact]
    public async Task A_table_of_signing_keys_that_has_changed_is_read_again()
    {
        var (signing, keys) = (Path.Combine(_place.Folder, "SigningTable"), Path.Combine(_place.Folder, "KeyTable"));
        await File.WriteAllTextAsync(signing, "example.com k\n", Cancel);
        await File.WriteAllTextAsync(keys, "k example.com:s:/nowhere.pem\n", Cancel);
        var tables = $"[service.t]\nplugin = \"{LoadedPlugins.PluginFolder}/TableKeyStore\"\nsigning_table = \"file:{signing}\"\nkey_table = \"file:{keys}\"\ncheck_at_start = \"tables\"\n";
        await ReloadAsync(tables);
        Assert.Equal([], await ReloadAsync(tables));
        await File.WriteAllTextAsync(signing, "example.com k\nexample.net k\n", Cancel);
        Assert.Equal(["service.t: renewed, what it had read changed"], await ReloadAsync(tables));
        var store = _present!.Instances.Single().GetService<ISigningKeyStore>();
        Assert.IsNotType<SigningKeys.NotOurs>(await store.FindKeysAsync(new SigningQuery { AuthorDomain = DomainName.Parse("example.net"), AuthorLocalPart = "a" }, Cancel));
    }

    [Fact]
    public async Task A_plugin_that_was_upgraded_is_loaded_beside_the_old_one_whose_code_then_leaves_memory()
    {
        var tables = Tables(("x", _counting, "x "));
        await ReloadAsync(tables);
        Assert.Equal(["x 1"], await FieldsAsync());
        var old = ContextOf("Counting");
        _place.Write("Counting", Filter("message.Edits.Append(\"X-Test\", \"upgraded \" + ++Count.Value);", ", Counter Count", "builder.AddFilter<F>(new FilterTraits { EditsFields = [\"X-Test\"] });"));
        Assert.Equal(["filter.x: renewed, its plugin's files changed"], await ReloadAsync(tables));
        Assert.Equal(["upgraded 1"], await FieldsAsync());
        await GoneAsync(old);
    }

    [Fact]
    public async Task An_old_generation_lives_as_long_as_a_connection_has_it()
    {
        await ReloadAsync(Tables(("x", _counting, "x ")));
        var (before, pipeline) = (_present!, _present!.Listeners[0].Pipeline);
        Assert.True(before.TryAcquire());
        await ReloadAsync(Tables(("x", _counting, "y ")));
        Assert.Equal(["x 1"], await FieldsAsync(pipeline));
        Assert.False(before.HasEnded);
        before.Release();
        for (var i = 0; i < 500 && !before.HasEnded; i++)
            await Task.Delay(20, Cancel);
        Assert.True(before.HasEnded);
        Assert.False(before.TryAcquire());
    }

    [Fact]
    public async Task Fifty_reloads_that_change_everything_leave_no_code_and_no_instance_behind()
    {
        for (var i = 0; i < 50; i++)
            await ReloadAsync(Service($"{i}") + Tables(("u", _using, $"u{i} "), ("x", _counting, "x ")));
        Assert.Equal(["u49 1", "x 1"], await FieldsAsync());
        Assert.Equal(3, _present!.Shared.Count);
        // One load context each, since the code has not changed.
        Assert.Equal(3, AssemblyLoadContext.All.Count(context => context.Assemblies.Any(assembly => assembly.Location.StartsWith(_place.Folder, StringComparison.Ordinal))));
    }

    private static string Service(string text) => $"[service.s]\nplugin = \"PROVIDING\"\ntext = \"{text}\"\n";

    private static string Tables(params (string Name, string Folder, string Text)[] filters) =>
        string.Concat(filters.Select(filter => $"[filter.{filter.Name}]\nplugin = \"{filter.Folder}\"\ntext = \"{filter.Text}\"\n"))
        + $"[[listener]]\nsocket = \"unix:s\"\nfilters = [{string.Join(", ", filters.Select(filter => $"\"{filter.Name}\""))}]\n";

    private static string Filter(string code, string parameters, string configure) => PluginPlace.Plugin(
        configure + " Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Counter>(builder.Services);",
        $"public sealed class Counter {{ public int Value; }} public sealed class F(S settings{parameters}) : MessageFilter {{ public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) {{ _ = settings; {code} return Verdict.Continue; }} }}");

    // As the host does it; null where the candidate was refused.
    private async Task<IReadOnlyList<string>?> ReloadAsync(string tables)
    {
        _problems = new ProblemList();
        var path = Path.Combine(_place.Folder, "filterhost.toml");
        var listener = tables.Contains("[[listener]]", StringComparison.Ordinal) ? "" : "[[listener]]\nsocket = \"unix:s\"\nfilters = []\n";
        await File.WriteAllTextAsync(path, $"state_directory = \"state\"\n{tables.Replace("PROVIDING", _providing, StringComparison.Ordinal)}{listener}", Cancel);
        var settings = SettingsFile.Load(path, _problems)!;
        Assert.False(_problems.HasErrors, _problems.ToString());
        _catalog ??= new PluginCatalog([], settings.Host.StateDirectory, NullLogger.Instance);
        if (await new GenerationBuilder(settings, _catalog, _problems, NullLoggerFactory.Instance, TimeProvider.System, _present).BuildAsync(Cancel) is not { } next)
            return null;
        try
        {
            await next.StartAsync(Cancel);
        }
        catch (PluginStartException exception)
        {
            _problems.Error(exception.Message);
            await next.DisposeAsync();
            return null;
        }
        var changes = _present is null ? [] : GenerationChanges.Between(_present, next).ToArray();
        _present?.Release();
        _present = next;
        return changes;
    }

    private Task<string[]> FieldsAsync() => FieldsAsync(_present!.Listeners[0].Pipeline);

    private static async Task<string[]> FieldsAsync(FilterPipeline pipeline)
    {
        var output = await InMemoryRun.RunAsync(pipeline, new MessageInput { Message = "From: a@example.com\r\n\r\nx\r\n"u8.ToArray() }, NullLogger.Instance, TimeProvider.System);
        return [.. output.Edits.OfType<Edit.AppendField>().Select(edit => edit.Field.ToString()["X-Test: ".Length..])];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference ContextOf(string name) => new(AssemblyLoadContext.All.Single(context => context.Assemblies.Any(assembly => assembly.GetName().Name == name && assembly.Location.StartsWith(_place.Folder, StringComparison.Ordinal))));

    private static async Task GoneAsync(WeakReference context)
    {
        for (var i = 0; i < 200 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20, Cancel);
        }
        Assert.False(context.IsAlive);
    }
}
