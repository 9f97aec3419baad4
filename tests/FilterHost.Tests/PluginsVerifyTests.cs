using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FilterHost.Plugins.Tests;

namespace FilterHost.Tests;

/// <summary><c>filterhost plugins verify</c>: each check passes a good plugin, and fails a bad one with its line.</summary>
public sealed class PluginsVerifyTests : IDisposable
{
    private const string Lifetime = "public sealed class Life : IPluginLifetime { ";

    private readonly Workplace _place = new Workplace().With(Samples.Nothing);

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("host", "DkimSign", "")]
    [InlineData("host", "DkimVerify", "")]
    [InlineData("host", "Spf", "received_spf = true")]
    [InlineData("host", "Dmarc", "")]
    [InlineData("host", "DnsResolver", "servers = [\"127.0.0.1:9\"]\ntimeout = \"200ms\"\nattempts = 1")]
    [InlineData("host", "ZoneFileResolver", "file = \"zone\"")]
    [InlineData("host", "FileKeyStore", "directory = \"keys\"")]
    [InlineData("host", "TableKeyStore", "signing_table = \"refile:SigningTable\"\nkey_table = \"file:KeyTable\"")]
    [InlineData("host", "SqlKeyStore", "file = \"keys/keys.db\"")]
    [InlineData("examples", "HelloFilter", "")]
    [InlineData("examples", "BodyFooter", "text = \"A footer\"")]
    [InlineData("examples", "AttachmentPolicy", "on_match = \"strip\"\nnames = [\"*.exe\"]")]
    [InlineData("examples", "SubjectTag", "tag = \"[x]\"")]
    [InlineData("examples", "RateLimit", "limit = 3")]
    [InlineData("examples", "CustomKeyStore", "keys = [{ domain = \"example.com\", selector = \"s\", file = \"key.p12\" }]")]
    public async Task First_party_and_example_plugins_pass(string kind, string name, string settings)
    {
        _place.Write("zone", "example.com. IN TXT \"none\"\n");
        _place.Write("SigningTable", "*@example.com k\n");
        _place.Write("KeyTable", "k example.com:s0:keys/example.com/s0.pem\n");
        _place.Write("keys/example.com/s0.pem", Samples.RsaPem);
        WritePkcs12("key.p12");
        if (name == "SqlKeyStore")
            (await _place.With($"[service.keys]\nplugin = \"{name}\"\n{settings}\n{Samples.Nothing}").RunAsync("keys", "generate", "-d", "example.com", "-s", "s1")).Expect(0);
        var folder = Path.Combine(ConformanceData.RepositoryRoot, "artifacts", kind, "debug", kind == "host" ? "plugins" : "", name);
        var report = (await _place.RunAsync("plugins", "verify", folder, "--settings", settings)).Expect(0).Output;
        Assert.Contains("0 failed\n", report, StringComparison.Ordinal);
        Assert.Contains("\nstop: ok\n", report, StringComparison.Ordinal);
        Assert.Matches("\nunload: ok, the (code has left memory after|plugin says that it cannot unload)", report);
    }

    [Fact]
    public async Task The_report_names_plugin_host_runtime_and_system_and_every_message()
    {
        var report = (await VerifyAsync(new SmallPlugin())).Expect(0).Output;
        Assert.StartsWith($"plugin Small, built against contract 0.1, in {_place.Folder}/Small\nhost ", report, StringComparison.Ordinal);
        Assert.Contains(", contract 0.1, .NET 10.", report, StringComparison.Ordinal);
        foreach (var message in new[] { "an empty message", "no header", "several From", "NUL octets", "a body of 20 MB", "10,000 header fields", "1,000 recipients" })
            Assert.Contains($"\nmessage: {message}: ok, passed; 1 edit, ", report, StringComparison.Ordinal);
        Assert.Contains("\nmessage: two messages on a connection: ok, passed and passed; 2 edits, ", report, StringComparison.Ordinal);
        Assert.Contains("\nmessage: a connection that breaks in the body: ok, aborted; 0 edits, ", report, StringComparison.Ordinal);
        Assert.Contains(" checks of Small 1.0.0: 1 warnings, 0 failed\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_can_be_had_as_json()
    {
        new SmallPlugin { AtEnd = "throw new InvalidOperationException(\"a bug\");" }.WriteTo(_place.Folder);
        using var report = (await _place.RunAsync("plugins", "verify", "Small", "--json")).Expect(65).ReadJson();
        var root = report.RootElement;
        Assert.Equal(("Small", "1.0.0", "0.1"), (root.GetProperty("name").GetString(), root.GetProperty("version").GetString(), root.GetProperty("built_against").GetString()));
        var check = root.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("check").GetString() == "message: a usual message");
        Assert.Equal("failed", check.GetProperty("outcome").GetString());
        Assert.Contains("InvalidOperationException: a bug", check.GetProperty("details").EnumerateArray().First().GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_that_throws_fails_the_message_with_what_it_threw()
    {
        var ended = (await VerifyAsync(new SmallPlugin { AtEnd = "if (message.Header.First(\"From\") is null) throw new InvalidOperationException(\"no author\"); return Verdict.Continue;" })).Expect(65);
        Has(ended, "message: a usual message: ok");
        Has(ended, "message: no From: FAILED, temp_failed (451 4.3.0 filter Small failed, try again later); 0 edits");
        Assert.Contains("InvalidOperationException: no author at FilterHost.Plugins.Small.SmallFilter", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_that_hangs_ends_the_battery()
    {
        var ended = (await VerifyAsync(new SmallPlugin { AtEnd = "await new TaskCompletionSource().Task; return Verdict.Continue;" })).Expect(65);
        Has(ended, "message: a usual message: FAILED");
        Has(ended, "the other messages: warning");
    }

    [Fact]
    public async Task A_plugin_that_ends_the_process_is_named_with_the_step_in_which_it_did()
    {
        var ended = await VerifyAsync(new SmallPlugin { AtEnd = "Environment.FailFast(\"the end\"); return Verdict.Continue;" });
        Assert.NotEqual(0, ended.Code);
        Assert.EndsWith("\nmessage: a usual message: ", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_contract_fails_with_version_and_member()
    {
        var newer = Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(PluginSource.NewerContract());
        PluginSource.Write(_place.Folder, "Newer", PluginSource.Compile("Newer", NewerSource, newer));
        var ended = (await _place.RunAsync("plugins", "verify", "Newer")).Expect(65);
        Has(ended, "contract and shared assemblies: FAILED, plugin Newer does not fit this host: Newer.dll was built against FilterHost.Abstractions 0.9, the host has 0.1, which lacks ");
        Assert.Contains("Newest", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_a_shared_assembly_is_a_warning()
    {
        new SmallPlugin().WriteTo(_place.Folder, ("FilterHost.Abstractions", PluginSource.FirstContract()));
        var ended = (await _place.RunAsync("plugins", "verify", "Small")).Expect(0);
        Has(ended, "contract and shared assemblies: warning");
        Has(ended, "    its own FilterHost.Abstractions.dll is ignored");
    }

    [Fact]
    public async Task A_library_that_is_nowhere_fails_the_dependencies()
    {
        var library = PluginSource.Compile("Lost", "public static class Lost { public static string Text => \"x\"; }");
        var plugin = PluginSource.Compile("Loser", "using FilterHost; public sealed record S; public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) => Console.WriteLine(Lost.Text); }",
            PluginSource.Contract, Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(library));
        PluginSource.Write(_place.Folder, "Loser", plugin);
        var ended = (await _place.RunAsync("plugins", "verify", "Loser")).Expect(65);
        Has(ended, "dependencies: FAILED");
        Has(ended, "    Loser.dll uses Lost: not in the folder, nor of the runtime");
    }

    [Fact]
    public async Task What_the_list_of_dependencies_names_and_the_folder_lacks_is_a_warning()
    {
        new SmallPlugin().WriteTo(_place.Folder);
        _place.Write("Small/Small.deps.json", SmallPlugin.Dependencies(""", "Gone/2.0.0": { "runtime": { "lib/net8.0/Gone.dll": {} } }"""));
        var ended = (await _place.RunAsync("plugins", "verify", "Small")).Expect(0);
        Has(ended, "dependencies: warning");
        Has(ended, "    Small.deps.json names lib/net8.0/Gone.dll, which is not in the folder");
    }

    [Theory]
    [InlineData("{ \"targets\": {} }")]
    [InlineData("{")]
    public async Task A_list_of_dependencies_that_would_end_the_process_is_refused_before(string list)
    {
        new SmallPlugin().WriteTo(_place.Folder);
        _place.Write("Small/Small.deps.json", list);
        var ended = (await _place.RunAsync("plugins", "verify", "Small")).Expect(65);
        Has(ended, "dependencies: FAILED, plugin Small is damaged: Small.deps.json");
        Has(ended, "load from a copy: FAILED, plugin Small is damaged: Small.deps.json");
    }

    [Fact]
    public async Task A_native_library_for_another_machine_fails()
    {
        var folder = new SmallPlugin().WriteTo(_place.Folder);
        WriteForeignLibrary(folder);
        Has((await _place.RunAsync("plugins", "verify", "Small")).Expect(65), "native libraries: FAILED, the host runs on ");
        Directory.CreateDirectory(Path.Combine(folder, "runtimes/linux-other/native"));
        File.Move(Path.Combine(folder, "libforeign.so"), Path.Combine(folder, "runtimes/linux-other/native/libforeign.so"));
        Has((await _place.RunAsync("plugins", "verify", "Small")).Expect(0), "native libraries: ok");
    }

    [Fact]
    public async Task A_default_that_a_file_could_not_have_fails_the_settings_record()
    {
        var plugin = new SmallPlugin { Settings = "[Setting(\"How many.\", Minimum = 1, Maximum = 5)] public int Text { get; init; } = 7;", AtEnd = "return Verdict.Continue;" };
        var ended = (await VerifyAsync(plugin)).Expect(65);
        Has(ended, "settings record: FAILED");
        Has(ended, "    the default of text: ");
    }

    [Fact]
    public async Task A_key_without_a_text_fails_and_a_property_without_a_key_is_a_warning()
    {
        var plugin = new SmallPlugin { Settings = "[Setting(\" \")] public string Text { get; init; } = \"x\"; public int Forgotten { get; set; }" };
        var ended = (await VerifyAsync(plugin)).Expect(65);
        Has(ended, "    text has no text");
        Has(ended, "    SmallSettings.Forgotten has no [Setting]");
    }

    [Fact]
    public async Task Wrong_settings_are_told_from_a_wrong_plugin()
    {
        var plugin = new SmallPlugin { Settings = "[Setting(\"What the field says.\")] public required string Text { get; init; }" };
        var ended = (await VerifyAsync(plugin)).Expect(78);
        Has(ended, "settings and registrations: FAILED, the settings are wrong");
        Has(ended, "    --settings:1:1: text: missing");
        _place.Write("table.toml", "text = 1\n");
        Has((await _place.RunAsync("plugins", "verify", "Small", "--settings", "table.toml")).Expect(78), "    table.toml:1:8: text: ");
        _place.Write("table.toml", "text = \"x\"\non_error = \"skip\"\n");
        (await _place.RunAsync("plugins", "verify", "Small", "--settings", "table.toml")).Expect(0);
    }

    [Theory]
    [InlineData("public ValueTask StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(\"no start\"); }", "start: FAILED, PluginStartException: Small (plugin Small) failed to start: no start")]
    [InlineData("public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken) { report.Add(ProblemSeverity.Error, \"no\", \"text\"); return default; } }", "its own check: FAILED, the host would not start")]
    [InlineData("public ValueTask WarmUpAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(\"too cold\"); }", "warm-up: FAILED, InvalidOperationException: too cold")]
    [InlineData("public ValueTask StopAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(\"no stop\"); }", "stop: FAILED")]
    public async Task A_lifetime_that_fails_is_named_with_its_step(string method, string line) =>
        Has((await VerifyAsync(new SmallPlugin { Registrations = "builder.AddLifetime<Life>();", More = Lifetime + method })).Expect(65), line);

    [Fact]
    public async Task A_plugin_that_cannot_be_built_or_loaded_is_named_with_its_step()
    {
        Has((await VerifyAsync(new SmallPlugin { Registrations = "throw new InvalidOperationException(\"no\");" })).Expect(65), "settings and registrations: FAILED, the plugin cannot be built: no");
        Has((await VerifyAsync(new SmallPlugin { More = "public sealed class Other : FilterPlugin<SmallSettings> { public override void Configure(IPluginBuilder builder, SmallSettings settings) { } }" })).Expect(65), "load from a copy: FAILED, plugin Small has several plugin classes");
    }

    [Fact]
    public async Task Code_that_stays_in_memory_fails_unless_the_plugin_says_so()
    {
        const string leak = "AppDomain.CurrentDomain.ProcessExit += static (_, _) => { };";
        Has((await VerifyAsync(new SmallPlugin { Registrations = leak })).Expect(65), "unload: FAILED, the code is still in memory");
        Has((await VerifyAsync(new SmallPlugin { Registrations = leak, More = "[assembly: CannotUnload(\"a handler\")]" })).Expect(0), "unload: ok, the plugin says that it cannot unload");
    }

    [Fact]
    public async Task A_folder_that_is_not_called_like_its_assembly_fails_and_the_name_is_said()
    {
        var folder = new SmallPlugin().WriteTo(_place.Folder);
        _place.Write("Small/Small.deps.json", "{}");
        Directory.Move(folder, Path.Combine(_place.Folder, "net10.0"));
        Has((await _place.RunAsync("plugins", "verify", "net10.0")).Expect(65), "folder: FAILED, there is no net10.0.dll in it: a plugin's folder has the name of its assembly, here Small");
        (await _place.RunAsync("plugins", "verify", "nowhere")).Expect(66).HasProblem("there is no folder", "nowhere");
    }

    internal static string NewerSource =>
        "using FilterHost; public sealed record S; public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) => builder.Newest(); }";

    /// <summary>The beginning of a library for a machine that this is not.</summary>
    internal static void WriteForeignLibrary(string folder)
    {
        var machine = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? (byte)62 : (byte)183;
        File.WriteAllBytes(Path.Combine(folder, "libforeign.so"), [0x7F, .. "ELF"u8, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, machine, 0]);
    }

    private Task<Ended> VerifyAsync(SmallPlugin plugin)
    {
        plugin.WriteTo(_place.Folder);
        return _place.RunAsync("plugins", "verify", plugin.Name);
    }

    private static void Has(Ended ended, string start) =>
        Assert.True(ended.Output.Split('\n').Any(line => line.StartsWith(start, StringComparison.Ordinal)), $"no line that begins with {start} in {ended}");

    private void WritePkcs12(string name)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddDays(1));
        var path = Path.Combine(_place.Folder, name);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
