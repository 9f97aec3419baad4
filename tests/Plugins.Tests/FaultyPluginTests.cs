using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>Plugins that do not fit, or do what they should not while they are loaded.</summary>
public sealed class FaultyPluginTests : IDisposable
{
    private const string Settings = "using FilterHost; public sealed record S { [Setting(\"x\")] public string Text { get; init; } = \"\"; }\n";
    private const string Plugin = Settings + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) { BODY } }\n";

    private static readonly Lazy<byte[]> Newer = new(() => PluginSource.NewerContract());

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhfp");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Two_plugins_have_each_its_own_version_of_a_library()
    {
        foreach (var version in new[] { 1, 2 })
        {
            var library = PluginSource.Compile("Shared.Library", $"[assembly: System.Reflection.AssemblyVersion(\"{version}.0.0.0\")] public static class Library {{ public const int Unused = 0; public static string Version => \"{version}\"; }}");
            var source = Settings
                + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) => builder.AddFilter<F>(new FilterTraits { EditsFields = [\"X-Library\"] }); }\n"
                + "public sealed class F(S settings) : MessageFilter { public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message) { message.Edits.Append(\"X-Library\", settings.Text + Library.Version); return Verdict.Continue; } }";
            PluginSource.Write(_folder.FullName, $"Uses{version}", PluginSource.Compile($"Uses{version}", source, PluginSource.Contract, Reference(library)), ("Shared.Library", library));
        }
        await using var loaded = new LoadedPlugins();
        await loaded.BuildAsync(
            $"""
            [filter.one]
            plugin = "{_folder.FullName}/Uses1"
            text = "one "
            [filter.two]
            plugin = "{_folder.FullName}/Uses2"
            text = "two "
            [filter.again]
            plugin = "{_folder.FullName}/Uses1"
            text = "again "
            """,
            "[[listener]]\nsocket = \"unix:s\"\nfilters = [\"one\", \"two\", \"again\"]\n");
        Assert.True(loaded.Generation is not null, string.Join('\n', loaded.Problems.Ordered()));
        // The first and the third are one plugin in two tables, each with settings and instances of its own.
        Assert.Equal(["one 1", "two 2", "again 1"], await FieldsAsync(loaded.Generation, "X-Library"));
    }

    [Theory]
    [InlineData("public sealed class Q : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) { } }", "P", "Q")]
    [InlineData("public sealed class Other { }", "")]
    public void A_plugin_has_one_plugin_class(string more, params string[] named)
    {
        var source = named.Length > 1 ? Plugin.Replace("BODY", "", StringComparison.Ordinal) + more : more;
        var problem = ProblemOf("Classes", PluginSource.Compile("Classes", source, PluginSource.Contract));
        Assert.All(named, name => Assert.Contains(name, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_library_that_is_missing_is_named()
    {
        var library = PluginSource.Compile("Missing.Library", "public class Base { }");
        var source = Settings + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) { } }\npublic sealed class Uses : Base { }";
        var problem = ProblemOf("Lacks", PluginSource.Compile("Lacks", source, PluginSource.Contract, Reference(library)));
        Assert.Contains("Missing.Library", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public P() => throw new InvalidOperationException(\"no luck\");")]
    [InlineData("static P() => throw new InvalidOperationException(\"no luck\");")]
    [InlineData("private static readonly int _x = int.Parse(\"no luck\");\npublic P() => _ = _x;")]
    public void A_plugin_class_that_throws_when_it_is_made_is_a_problem_with_its_words(string member)
    {
        var source = Settings + "public sealed class P : FilterPlugin<S> { " + member + " public override void Configure(IPluginBuilder builder, S settings) { } }";
        var problem = ProblemOf("Throws", PluginSource.Compile("Throws", source, PluginSource.Contract));
        Assert.StartsWith("plugin Throws ", problem, StringComparison.Ordinal);
        Assert.Contains("no luck", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throw new InvalidOperationException(\"no luck\");", "no luck")]
    [InlineData("throw new SettingException(\"text\", \"no good\");", "no good")]
    [InlineData("builder.Use<string>();", "String is no service contract")]
    public async Task A_plugin_that_refuses_its_table_is_a_problem_at_that_table(string body, string words)
    {
        var folder = PluginSource.Write(_folder.FullName, "Refuses", PluginSource.Compile("Refuses", Plugin.Replace("BODY", body, StringComparison.Ordinal), PluginSource.Contract));
        await using var loaded = new LoadedPlugins();
        await loaded.BuildAsync($"[filter.x]\nplugin = \"{folder}\"\ntext = \"t\"\n");
        Assert.Null(loaded.Generation);
        var problem = Assert.Single(loaded.Problems.Ordered(), problem => problem.Severity == ProblemSeverity.Error).ToString();
        Assert.Contains(words, problem, StringComparison.Ordinal);
        Assert.Matches("filterhost.toml:[0-9]+:", problem);
    }

    [Fact]
    public async Task A_filter_that_cannot_be_made_defers_its_mail_by_name()
    {
        var source = Settings
            + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) => builder.AddFilter<F>(); }\n"
            + "public sealed class F : MessageFilter { public F(IServiceThatNobodyHas x) { } public override ValueTask<Verdict> OnMailAsync(MailTransaction t) => Verdict.Continue; }\n"
            + "public interface IServiceThatNobodyHas { }";
        var folder = PluginSource.Write(_folder.FullName, "Lacking", PluginSource.Compile("Lacking", source, PluginSource.Contract));
        await using var loaded = new LoadedPlugins();
        await loaded.BuildAsync($"[filter.x]\nplugin = \"{folder}\"\n", "[[listener]]\nsocket = \"unix:s\"\nfilters = [\"x\"]\n");
        var output = await RunAsync(loaded.Generation!);
        Assert.Equal("451 4.3.0 filter x failed, try again later", output.Reply.SmtpReply!.ToString());
    }

    [Fact]
    public void A_contract_of_the_plugins_own_is_ignored_with_a_warning()
    {
        var folder = PluginSource.Write(_folder.FullName, "Carries", PluginSource.Compile("Carries", Plugin.Replace("BODY", "", StringComparison.Ordinal), PluginSource.Contract),
            ("FilterHost.Abstractions", Newer.Value));
        var log = new Lines();
        using var code = new Loaded(new PluginCatalog([], State(), log).Load(folder, "/", out var problem), problem);
        Assert.Contains(log.Written, line => line.Contains("Carries has its own FilterHost.Abstractions.dll", StringComparison.Ordinal));
        Assert.True(code.Value.CreatePlugin() is FilterPlugin);
    }

    [Fact]
    public void A_plugin_that_uses_the_contract_widely_is_not_refused()
    {
        const string Source = """
            using FilterHost;
            using FilterHost.Dns;
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Logging;
            public sealed record S { [Setting("x")] public IReadOnlyList<string> Names { get; init; } = []; [Setting("y")] public TimeSpan Time { get; init; } }
            public sealed class P : FilterPlugin<S>
            {
                public override void Configure(IPluginBuilder builder, S settings)
                {
                    builder.Use<IDnsResolver>();
                    builder.Services.AddSingleton<Resolver>().AddSingleton<Func<DomainName, Task<DnsAnswer?>>>(_ => _ => Task.FromResult<DnsAnswer?>(null));
                    builder.AddFilter<F>(new FilterTraits { EditsFields = ["*"], Publishes = ["x"] } with { EditsBody = true });
                    builder.AddConnectionFilter<C>();
                    builder.Provide<IDnsResolver, Resolver>();
                    builder.AddLifetime<L>();
                }
            }
            public abstract class Base<T> : MessageFilter { protected List<(T, HeaderField)> Seen { get; } = []; }
            public sealed class F(ILogger<F> logger, IDnsResolver dns) : Base<DomainName[]>
            {
                public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
                {
                    foreach (var field in message.Header)
                        Seen.Add(([], field));
                    logger.LogInformation("{A} {B}", message.QueueId, message.Header.First("Subject")?.ToString());
                    var answer = await dns.ResolveAsync(DomainName.Parse("example.com"), DnsRecordType.Txt, message.CancellationToken);
                    var texts = answer.Records.OfType<DnsRecord.Text>().ToDictionary(text => text.Value.Length);
                    message.Publish(new GenericResult("x", "pass") { Reason = $"{texts.Count}" });
                    if (message.Attributes.TryGetValue("k", out var value) && value is Dictionary<string, HeaderSection[]> { Count: > 3 })
                        return Verdict.Reply(new SmtpReply(550, "5.7.1", "no"));
                    return message.Envelope.Recipients switch { [var only] when only.Address.Domain is { } domain && domain.LabelCount > 9 => Verdict.Discard, _ => Verdict.Continue };
                }
            }
            public sealed class C(ConnectionState<List<Edit>> state) : ConnectionFilter
            {
                public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken token) { _ = state; return connection.IsInternal ? Verdict.Accept : Verdict.TempFail("x"); }
            }
            public sealed class Resolver : IDnsResolver
            {
                async ValueTask<DnsAnswer> IDnsResolver.ResolveAsync(DomainName name, DnsRecordType type, CancellationToken token) { await Task.Yield(); return new DnsAnswer { Outcome = DnsOutcome.NoData }; }
            }
            public sealed class L : IPluginLifetime { public TimeSpan? Period => TimeSpan.FromHours(1); }
            """;
        var folder = PluginSource.Write(_folder.FullName, "Wide", PluginSource.Compile("Wide", Source, PluginSource.Contract));
        using var code = new Loaded(Catalog().Load(folder, "/", out var problem), problem);
        Assert.Equal("S", code.Value.SettingsType.Name);
    }

    private static PortableExecutableReference Reference(byte[] assembly) => MetadataReference.CreateFromImage(assembly);

    private static async Task<string[]> FieldsAsync(Generation generation, string name)
    {
        var output = await RunAsync(generation);
        return [.. output.Edits.OfType<Edit.AppendField>().Where(edit => edit.Field.IsNamed(name)).Select(edit => edit.Field.ToString()[(name.Length + 2)..])];
    }

    private static async Task<MessageOutput> RunAsync(Generation generation)
    {
        var listener = generation.Listeners[0];
        return await InMemoryRun.RunAsync(listener.Pipeline, new MessageInput { Message = "From: a@example.com\r\n\r\nx\r\n"u8.ToArray() }, NullLogger.Instance, TimeProvider.System);
    }

    private string ProblemOf(string name, byte[] assembly)
    {
        Assert.Null(Catalog().Load(PluginSource.Write(_folder.FullName, name, assembly), "/", out var problem));
        return problem!;
    }

    private DirectoryInfo State() => new(Path.Combine(_folder.FullName, "state"));

    private PluginCatalog Catalog() => new([], State(), NullLogger.Instance);

    private sealed class Loaded(PluginCode? code, string? problem) : IDisposable
    {
        public PluginCode Value { get; } = code ?? throw new InvalidOperationException(problem);

        public void Dispose() => Value.Release();
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));
    }
}
