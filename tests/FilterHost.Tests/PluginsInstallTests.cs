using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FilterHost.Milter;
using FilterHost.Plugins.Tests;

namespace FilterHost.Tests;

/// <summary><c>filterhost plugins install</c>, <c>use</c>, <c>remove</c> and <c>list</c>.</summary>
public sealed class PluginsInstallTests : IDisposable
{
    private readonly Workplace _place = new();

    public PluginsInstallTests()
    {
        _place.Environment["STATE_DIRECTORY"] = Path.Combine(_place.Folder, "state");
        _place.With(Settings(""));
    }

    private string Plugins => Path.Combine(_place.Folder, "plugins");

    private string Link => Path.Combine(Plugins, "Small");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_folder_is_installed_as_a_version_and_the_one_before_stays_for_the_way_back()
    {
        var first = await InstallAsync("1.0.0");
        Assert.Equal($"Small 1.0.0 installed: {Link}\na running host goes on as it is until: filterhost reload\n", first.Output);
        var second = await InstallAsync("1.1.0");
        Assert.Contains("the way back: filterhost plugins use Small 1.0.0\n", second.Output, StringComparison.Ordinal);
        Assert.Equal(".versions/Small/1.1.0", new DirectoryInfo(Link).LinkTarget);
        Assert.Contains($"\nSmall 1.1.0 ({Link}), contract 0.1\n  * 1.1.0\n    1.0.0\n", "\n" + (await _place.RunAsync("plugins", "list")).Expect(0).Output, StringComparison.Ordinal);
        (await _place.RunAsync("plugins", "use", "Small", "1.0.0")).Expect(0);
        Assert.Contains("\n    1.1.0\n  * 1.0.0\n", (await _place.RunAsync("plugins", "list")).Expect(0).Output, StringComparison.Ordinal);
        (await _place.RunAsync("plugins", "use", "Small", "3.0.0")).Expect(64).HasProblem("there is no version 3.0.0 of Small", "there are 1.1.0, 1.0.0");
    }

    [Fact]
    public async Task Two_versions_are_kept_or_as_many_as_are_asked_for()
    {
        await InstallAsync("1.0.0");
        await InstallAsync("1.1.0");
        Assert.Contains("removed: 1.0.0\n", (await InstallAsync("1.2.0")).Output, StringComparison.Ordinal);
        Assert.Equal(["1.1.0", "1.2.0"], Versions());
        Assert.Contains("removed: 1.2.0, 1.1.0\n", (await InstallAsync("1.3.0", "--keep", "1")).Output, StringComparison.Ordinal);
        await InstallAsync("1.4.0", "--keep", "5");
        Assert.Equal(["1.3.0", "1.4.0"], Versions());
        (await _place.RunAsync("plugins", "install", "build/Small", "--keep", "0")).Expect(64);
    }

    [Fact]
    public async Task The_same_build_is_installed_once_and_another_of_the_same_version_beside_it()
    {
        await InstallAsync("1.0.0");
        Assert.Contains("Small 1.0.0 was installed already", (await _place.RunAsync("plugins", "install", "build/Small")).Expect(0).Output, StringComparison.Ordinal);
        _place.Write("build/Small/data.txt", "new");
        (await _place.RunAsync("plugins", "install", "build/Small")).Expect(0);
        Assert.Equal(2, Versions().Length);
        Assert.StartsWith("1.0.0.", Path.GetFileName(new DirectoryInfo(Link).LinkTarget)!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("small.zip", "Small/")]
    [InlineData("small.tar.gz", "Small/")]
    [InlineData("flat.tgz", "")]
    [InlineData("Small.1.0.0.nupkg", "lib/net10.0/")]
    public async Task An_archive_is_installed_like_its_folder(string name, string prefix)
    {
        var folder = Build("1.0.0");
        _place.Write("build/Small/Small.deps.json", SmallPlugin.Dependencies());
        var files = Directory.GetFiles(folder).Select(path => ($"{prefix}{Path.GetFileName(path)}", File.ReadAllBytes(path))).ToList();
        if (prefix.StartsWith("lib", StringComparison.Ordinal))
            files.AddRange([("Small.nuspec", []), ("[Content_Types].xml", []), ("_rels/.rels", [])]);
        Pack(name, files);
        (await _place.RunAsync("plugins", "install", name)).Expect(0);
        Assert.Equal(["Small.deps.json", "Small.dll"], Directory.GetFiles(Link).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("../Small.dll")]
    [InlineData("/tmp/Small.dll")]
    [InlineData("Small/../../Small.dll")]
    [InlineData("Small\\Small.dll")]
    public async Task A_path_that_leaves_the_archive_is_refused(string path)
    {
        foreach (var archive in new[] { "bad.zip", "bad.tar.gz" })
        {
            Pack(archive, [("Small/Small.dll", File.ReadAllBytes(Path.Combine(Build("1.0.0"), "Small.dll"))), (path, [1])]);
            (await _place.RunAsync("plugins", "install", archive)).Expect(65).HasProblem(archive, "is no path below a folder");
        }
        NothingIsThere();
    }

    [Fact]
    public async Task A_link_in_an_archive_or_a_folder_is_refused()
    {
        var folder = Build("1.0.0");
        await using (var tar = new TarWriter(new GZipStream(File.Create(Path.Combine(_place.Folder, "bad.tar.gz")), CompressionMode.Compress)))
        {
            await tar.WriteEntryAsync(Path.Combine(folder, "Small.dll"), "Small/Small.dll", TestContext.Current.CancellationToken);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "Small/passwd") { LinkName = "/etc/passwd" }, TestContext.Current.CancellationToken);
        }
        (await _place.RunAsync("plugins", "install", "bad.tar.gz")).Expect(65).HasProblem("Small/passwd is no plain file");
        File.CreateSymbolicLink(Path.Combine(folder, "passwd"), "/etc/passwd");
        (await _place.RunAsync("plugins", "install", "build/Small")).Expect(65).HasProblem("build/Small/passwd is a link");
        NothingIsThere();
    }

    [Fact]
    public async Task An_archive_that_is_damaged_or_too_large_is_refused()
    {
        await File.WriteAllBytesAsync(Path.Combine(_place.Folder, "bad.zip"), [1, 2, 3], TestContext.Current.CancellationToken);
        (await _place.RunAsync("plugins", "install", "bad.zip")).Expect(65).HasProblem("bad.zip is damaged");
        await File.WriteAllBytesAsync(Path.Combine(_place.Folder, "bad.tgz"), [1, 2, 3], TestContext.Current.CancellationToken);
        (await _place.RunAsync("plugins", "install", "bad.tgz")).Expect(65).HasProblem("bad.tgz is damaged");
        using (var zip = ZipFile.Open(Path.Combine(_place.Folder, "bomb.zip"), ZipArchiveMode.Create))
        {
            await using var entry = await zip.CreateEntry("Small/Small.dll", CompressionLevel.Fastest).OpenAsync(TestContext.Current.CancellationToken);
            var zeros = new byte[1 << 20];
            for (var i = 0; i <= 512; i++)
                await entry.WriteAsync(zeros, TestContext.Current.CancellationToken);
        }
        (await _place.RunAsync("plugins", "install", "bomb.zip")).Expect(65).HasProblem("is too much: more than 512 MB");
        Pack("empty.zip", [("readme.txt", [1])]);
        (await _place.RunAsync("plugins", "install", "empty.zip")).Expect(65).HasProblem("empty.zip holds no plugin");
        NothingIsThere();
    }

    [Fact]
    public async Task What_the_host_would_not_load_is_not_installed()
    {
        var build = Path.Combine(_place.Folder, "build");
        PluginSource.Write(build, "Newer", PluginSource.Compile("Newer", PluginsVerifyTests.NewerSource, Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(PluginSource.NewerContract())));
        var newer = (await _place.RunAsync("plugins", "install", "build/Newer")).Expect(65);
        newer.HasProblem("plugin Newer is not installed", "built against FilterHost.Abstractions 0.9, the host has 0.1, which lacks", "Newest");
        PluginSource.Write(build, "Nothing", PluginSource.Compile("Nothing", "public class X { }"));
        (await _place.RunAsync("plugins", "install", "build/Nothing")).Expect(65).HasProblem("plugin Nothing is no plugin");
        PluginsVerifyTests.WriteForeignLibrary(Build("1.0.0"));
        (await _place.RunAsync("plugins", "install", "build/Small")).Expect(65).HasProblem("the host runs on", "libforeign.so is built for");
        new SmallPlugin { Name = "Ender", Version = "1", More = "public sealed class Start { [System.Runtime.CompilerServices.ModuleInitializer] public static void End() => Environment.FailFast(\"no\"); }" }.WriteTo(build);
        (await _place.RunAsync("plugins", "install", "build/Ender")).Expect(65).HasProblem("plugin Ender is not installed: its check ended with exit code");
        Directory.Move(Path.Combine(build, "Nothing"), Path.Combine(build, "net10.0"));
        (await _place.RunAsync("plugins", "install", "build/net10.0")).Expect(65).HasProblem("there is no net10.0.dll in it");
        (await _place.RunAsync("plugins", "install", "nowhere")).Expect(66).HasProblem("there is no", "nowhere");
        NothingIsThere();
    }

    [Fact]
    public async Task A_folder_that_something_else_put_there_is_left_alone()
    {
        new SmallPlugin().WriteTo(Plugins);
        Build("2.0.0");
        (await _place.RunAsync("plugins", "install", "build/Small")).Expect(73).HasProblem(Link, "was not put there by this command");
        (await _place.RunAsync("plugins", "remove", "Small")).Expect(64).HasProblem("Small was not installed by");
        (await _place.RunAsync("plugins", "install", "build/Small", "--directory", "later")).Expect(73).HasProblem(Link, "comes first");
        (await _place.RunAsync("plugins", "install", "build/Small", "--directory", "elsewhere")).Expect(0);
        Assert.Contains("Small 1.0.0", (await _place.RunAsync("plugins", "list")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_the_settings_name_is_not_removed_nor_is_the_version_in_use()
    {
        await InstallAsync("1.0.0");
        await InstallAsync("1.1.0");
        _place.With(Settings("[filter.greet]\nplugin = \"Small\"\n"));
        (await _place.RunAsync("plugins", "remove", "Small")).Expect(78).HasProblem("Small is in use", "filterhost.toml:3:1: filter.greet.plugin");
        (await _place.RunAsync("plugins", "remove", "Small", "--version", "1.1.0")).Expect(64).HasProblem("1.1.0 is the version of Small in use");
        (await _place.RunAsync("plugins", "remove", "Small", "--version", "1.0.0")).Expect(0);
        Assert.Equal(["1.1.0"], Versions());
        using (var list = (await _place.RunAsync("plugins", "list", "--json")).Expect(0).ReadJson())
        {
            var small = list.RootElement.GetProperty("plugins").EnumerateArray().Single(plugin => plugin.GetProperty("name").GetString() == "Small");
            Assert.Equal(("1.1.0", "0.1", "1.1.0"), (small.GetProperty("version").GetString(), small.GetProperty("contract").GetString(), small.GetProperty("current").GetString()));
            Assert.Equal("filter.greet", small.GetProperty("used_by")[0].GetString());
            Assert.Equal("1.1.0", small.GetProperty("installed")[0].GetString());
        }
        _place.With(Settings(""));
        (await _place.RunAsync("plugins", "remove", "Small")).Expect(0);
        NothingIsThere();
    }

    [Fact]
    public async Task Who_installs_as_root_loads_no_plugin_as_root_and_the_hosts_user_can_read_what_was_installed()
    {
        Unix.NeedsRoot();
        _place.Open();
        Directory.CreateDirectory(Plugins).UnixFileMode = (UnixFileMode)0b111_101_101;
        _place.With("user = \"nobody\"\n" + Settings("[filter.greet]\nplugin = \"Small\"\n"));
        File.SetUnixFileMode(_place.Settings, (UnixFileMode)0b110_100_100);
        var plugin = new SmallPlugin { More = "public sealed class Start { [System.Runtime.CompilerServices.ModuleInitializer] public static void Look() { if (Environment.IsPrivilegedProcess) Environment.FailFast(\"root\"); } }" };
        plugin.WriteTo(Path.Combine(_place.Folder, "build"));
        (await _place.RunAsync("plugins", "install", "build/Small")).Expect(0);
        Assert.Contains("Small 1.0.0 (", (await _place.RunAsync("plugins", "list")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_host_takes_each_version_at_its_reload_and_answers_every_message()
    {
        await InstallAsync("1.0.0", text: "one");
        _place.With(Settings("[filter.greet]\nplugin = \"Small\"\n", "\"greet\""));
        await using var host = await _place.ListenAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var said = new ConcurrentQueue<string>();
        var senders = Enumerable.Range(0, 3).Select(_ => Task.Run(() => SendAsync(said, end.Token), end.Token)).ToArray();
        await UntilAsync(() => said.Contains("one"));
        foreach (var (version, text) in new[] { ("2.0.0", "two"), ("3.0.0", "three") })
        {
            Assert.Contains("filter.greet: ", (await InstallAsync(version, "--reload", text: text)).Output, StringComparison.Ordinal);
            await UntilAsync(() => said.Contains(text));
        }
        (await _place.RunAsync("plugins", "use", "Small", "2.0.0", "--reload")).Expect(0);
        await UntilAsync(() => said.Last() == "two");
        await end.CancelAsync();
        await Task.WhenAll(senders).ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.Equal(["one", "three", "two"], said.Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain("error", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_versions_change_all_the_time_every_reload_finds_a_whole_one()
    {
        await InstallAsync("1.0.0", text: "one");
        await InstallAsync("2.0.0", text: "two");
        _place.With(Settings("[filter.greet]\nplugin = \"Small\"\n", "\"greet\""));
        await using var host = await _place.ListenAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var place = new Installation.VersionedPlugin(new DirectoryInfo(Plugins), "Small");
        var changes = Task.Run(
            () =>
            {
                for (var i = 0; !end.IsCancellationRequested; i++)
                    place.Use(i % 2 == 0 ? "1.0.0" : "2.0.0");
            },
            end.Token);
        for (var i = 0; i < 15; i++)
            (await _place.RunAsync("reload")).Expect(0);
        await end.CancelAsync();
        await changes;
    }

    private async Task<Ended> InstallAsync(string version, string? option = null, string? value = null, string text = "hello")
    {
        Build(version, text);
        string[] options = [.. option is null ? (string[])[] : [option], .. value is null ? (string[])[] : [value]];
        return (await _place.RunAsync(["plugins", "install", "build/Small", .. options])).Expect(0);
    }

    private string Build(string version, string text = "hello")
    {
        var plugin = new SmallPlugin { Version = version, AtEnd = $"message.Edits.Append(\"X-Small\", \"{text}\"); return Verdict.Continue;" };
        return plugin.WriteTo(Path.Combine(_place.Folder, "build"));
    }

    private string[] Versions() => [.. Directory.GetDirectories(Path.Combine(Plugins, ".versions/Small")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void NothingIsThere()
    {
        Assert.Empty(Directory.Exists(Plugins) ? Directory.GetDirectories(Plugins).Where(path => Path.GetFileName(path) != ".versions") : []);
        Assert.Empty(Directory.Exists(Plugins) ? Directory.GetDirectories(Path.Combine(Plugins, ".versions")) : []);
    }

    private void Pack(string name, IEnumerable<(string Path, byte[] Octets)> files)
    {
        var path = Path.Combine(_place.Folder, name);
        if (name.EndsWith("gz", StringComparison.Ordinal))
        {
            using var tar = new TarWriter(new GZipStream(File.Create(path), CompressionMode.Compress));
            foreach (var (entry, octets) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(octets) });
            return;
        }
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (entry, octets) in files)
        {
            using var stream = zip.CreateEntry(entry).Open();
            stream.Write(octets);
        }
    }

    private static string Settings(string table, string filters = "") =>
        $"plugin_directories = [\"plugins\", \"later\"]\n{table}[[listener]]\nsocket = \"unix:s\"\nfilters = [{filters}]\n";

    private async Task SendAsync(ConcurrentQueue<string> said, CancellationToken cancel)
    {
        Assert.True(MilterAddress.TryParse($"unix:{_place.Folder}/s", out var address, out _));
        while (!cancel.IsCancellationRequested)
        {
            await using var client = await MilterClient.OpenAsync(address, null, cancel);
            await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, MilterSteps.None), cancel);
            await client.ConnectAsync("client", '4', 25, "127.0.0.1", cancel);
            await client.HeloAsync("client", cancel);
            await client.MailAsync("<a@example.com>", [], cancel);
            await client.RecipientAsync("<b@example.net>", [], cancel);
            await client.HeaderAsync("From"u8.ToArray(), "a@example.com"u8.ToArray(), cancel);
            await client.EndOfHeadersAsync(cancel);
            await client.BodyAsync("body\r\n"u8.ToArray(), cancel);
            var response = await client.EndOfMessageAsync(default, cancel);
            said.Enqueue(response.Edits.OfType<MilterEdit.AddHeader>().Select(edit => Encoding.ASCII.GetString(edit.Value.Span).Trim()).SingleOrDefault() ?? $"nothing but {response.Kind}");
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Workplace.Patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
