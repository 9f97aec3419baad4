using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Tests;
using Microsoft.CodeAnalysis;

namespace FilterHost.Plugins.Tests;

/// <summary>A contract that has grown by members, and plugins of before and after: the program itself, once as built and once on the grown contract.</summary>
public sealed class ContractGrowthTests : IDisposable
{
    private const string Lifetime = "public sealed class L : IPluginLifetime { public ValueTask StartAsync(CancellationToken token) => ValueTask.CompletedTask; }\n";

    private static readonly string Host = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/host/debug");

    private readonly PluginPlace _place = new();

    [Fact]
    public async Task A_plugin_built_against_the_first_contract_works_on_one_with_more_members()
    {
        var plugin = Write("First", Greeting("", ""), PluginSource.FirstContract());
        var (code, output) = await SendAsync(plugin, GrownHost());
        Assert.True(code == 0, output);
        Assert.Contains("X-Greeting: hello", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_built_against_the_grown_contract_works_on_it()
    {
        var plugin = Write("Grown", Greeting("_ = new FilterTraits { Newest = true };", "public override ValueTask<Verdict> OnNewestAsync() => Verdict.Continue;"), PluginSource.NewerContract());
        var (code, output) = await SendAsync(plugin, GrownHost());
        Assert.True(code == 0, output);
        Assert.Contains("X-Greeting: hello", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_built_against_the_grown_contract_is_refused_by_the_first_with_version_and_member()
    {
        var plugin = Write("Grown", Greeting("_ = new FilterTraits { Newest = true };", ""), PluginSource.NewerContract());
        var (code, output) = await SendAsync(plugin, Host);
        Assert.Equal(78, code);
        Assert.Contains("plugin Grown does not fit this host: Grown.dll was built against FilterHost.Abstractions 0.9, the host has 0.1, which lacks FilterHost.FilterTraits: ", output, StringComparison.Ordinal);
        Assert.Contains("set_Newest(Boolean)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_uses_nothing_of_what_is_new_loads_on_the_first_contract()
    {
        var plugin = Write("Modest", Greeting("", ""), PluginSource.NewerContract());
        var (code, output) = await SendAsync(plugin, Host);
        Assert.True(code == 0, output);
        Assert.Contains("X-Greeting: hello", output, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    // A filter, a lifetime and settings: every way in which a plugin takes part in the contract.
    private static string Greeting(string configure, string more) => PluginPlace.Plugin(
        $"builder.AddLifetime<L>(); builder.AddFilter<F>(new FilterTraits {{ EditsFields = [\"X-Greeting\"] }}); {configure}",
        Lifetime + $$"""
        public sealed class F(S settings) : MessageFilter
        {
            {{more}}
            public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
            {
                message.Edits.Append("X-Greeting", settings.Text);
                return Verdict.Continue;
            }
        }
        """);

    private string Write(string name, string source, byte[] contract) => _place.Write(name, source, MetadataReference.CreateFromImage(contract));

    private string GrownHost()
    {
        var folder = Path.Combine(_place.Folder, "host");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Host))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        File.WriteAllBytes(Path.Combine(folder, "FilterHost.Abstractions.dll"), PluginSource.NewerContract());
        return folder;
    }

    private async Task<(int Code, string Output)> SendAsync(string plugin, string host)
    {
        var settings = Path.Combine(_place.Folder, "filterhost.toml");
        await File.WriteAllTextAsync(settings, $"""
            state_directory = "{_place.State.FullName}"
            [filter.f]
            plugin = "{plugin}"
            text = "hello"
            [[listener]]
            socket = "unix:{_place.Folder}/s"
            filters = ["f"]
            """);
        var message = Path.Combine(_place.Folder, "message.eml");
        await File.WriteAllTextAsync(message, "From: a@example.com\r\n\r\nhello\r\n");
        var (code, output, error) = await Machine.RunAsync(Path.Combine(host, "filterhost"), ["filter", message, "--config", settings], patience: TimeSpan.FromMinutes(1));
        return (code, output + error);
    }
}
